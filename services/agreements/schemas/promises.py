"""Shapes of what an agreement promises beside its notices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate

from services.agreements.contract.promises import CHOICES, FIXED_ENDS, PER
from shared.schemas import Flag, Line, Shape, Text, Whole, one_of

MOST_FACTS, MOST_OF_ONE, DEEPEST = 50, 30, 3
LARGEST_NUMBER = 1_000_000_000
NAME = re.compile(r"[a-z][a-z0-9_]{0,79}\Z")


class BreachShape(Shape):
    hours = Whole(1, 8_760, load_default=None, allow_none=True)
    clock_start = Line(300, load_default=None, allow_none=True)
    soft = Flag(load_default=None, allow_none=True)
    recipient = Line(300, load_default=None, allow_none=True)


class EndOfProcessingShape(Shape):
    """Days are calendar days; zero of ``delete_days`` is at once."""

    choice = one_of(*CHOICES, load_default=None, allow_none=True)
    if_nobody_chooses = one_of(*FIXED_ENDS, load_default=None, allow_none=True)
    delete_days = Whole(0, 3_650, load_default=None, allow_none=True)
    return_request_days = Whole(1, 3_650, load_default=None, allow_none=True)
    certificate_days = Whole(1, 3_650, load_default=None, allow_none=True)
    backups_days = Whole(0, 3_650, load_default=None, allow_none=True)


class AuditShape(Shape):
    times = Whole(1, 366, load_default=None, allow_none=True)
    per = one_of(*PER, load_default=None, allow_none=True)
    notice_days = Whole(1, 365, load_default=None, allow_none=True)
    on_site_days = Whole(1, 365, load_default=None, allow_none=True)
    cost = Line(500, load_default=None, allow_none=True)


class Facts(fields.Dict):
    """Facts by name: texts, whole numbers, true and false, and lists and groups of these."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            keys=fields.String(), values=fields.Raw(allow_none=False),
            validate=validate.Length(min=1, max=MOST_FACTS), **kwargs,
        )  # fmt: skip

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        facts = super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        errors = {name: _wrong(name, fact) for name, fact in facts.items()}
        if wrong := {name: messages for name, messages in errors.items() if messages}:
            raise ValidationError(wrong)
        return facts


def _wrong(name: str, fact: Any) -> list[str]:
    """What is wrong with a fact; empty if nothing is."""
    if not NAME.match(name):
        return ["Name a fact in small letters, digits and underscores, a letter first."]
    try:
        _check(fact, 1)
    except ValidationError as error:
        return [str(message) for message in error.messages]
    return []


def _check(fact: Any, depth: int) -> None:
    if isinstance(fact, Mapping | list):
        _check_several(fact, depth)
    elif isinstance(fact, str):
        Text(1_000).deserialize(fact)
    elif not isinstance(fact, int):
        raise ValidationError("Write a text, a whole number, true, false, or a list of these.")
    elif not isinstance(fact, bool):
        Whole(-LARGEST_NUMBER, LARGEST_NUMBER).deserialize(fact)


def _check_several(fact: Mapping[str, Any] | list[Any], depth: int) -> None:
    if depth == DEEPEST or not 0 < len(fact) <= MOST_OF_ONE:
        raise ValidationError(f"Up to {MOST_OF_ONE} parts, and {DEEPEST} levels, fit in one fact.")
    if isinstance(fact, Mapping) and not all(NAME.match(name) for name in fact):
        raise ValidationError("Name its parts in small letters, digits and underscores.")
    for part in fact.values() if isinstance(fact, Mapping) else fact:
        _check(part, depth + 1)
