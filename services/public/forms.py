"""Forms of visitors, read strictly from a page's form or as JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError, validate

from shared.bodies import JSON_TYPE
from shared.errors import Invalid, Malformed
from shared.limits import caller_of
from shared.schemas import Email, Line, Shape, Text, one_of
from shared.strict_json import parse_json

FORM = "application/x-www-form-urlencoded"
# RFC 8058 lets a mail program send either.
ONE_CLICK = (FORM, "multipart/form-data")
TOPICS = ("coming", "all")


class SubscriptionForm(Shape):
    """``topic``: ``coming``, what will change; ``all``, besides, what has taken effect.
    ``product``: the only one it is about; left out: all."""

    email = Email(required=True)
    topic = one_of(*TOPICS, load_default="coming")
    product = Text(200, load_default=None, allow_none=True)


# Each question is mailed to its sender, too: with links in it, the form would serve spammers.
LINK = re.compile(r"://|\bwww\.", re.IGNORECASE)
ABOUT = ("documents", "question", "objection")


def without_links(text: str) -> None:
    if LINK.search(text):
        raise ValidationError("Links are not taken here.")


class QuestionForm(Shape):
    about = one_of(*ABOUT, required=True)
    name = Line(200, required=True, validate=[validate.Length(max=200), without_links])
    email = Email(required=True)
    text = Text(4_000, required=True, validate=[validate.Length(max=4_000), without_links])


@dataclass(frozen=True)
class Filled:
    """A form as it was sent. ``members``: as they were read; ``errors``: the names of those that
    are missing or cannot be taken."""

    members: Mapping[str, Any] = field(default_factory=dict)
    errors: frozenset[str] = frozenset()

    def said(self, name: str) -> Any:
        return self.members.get(name) or ""


EMPTY = Filled()


def is_json() -> bool:
    return bool(request.mimetype == JSON_TYPE)


def filled_in(shape: type[Schema]) -> Filled:
    """What was sent. A page shows its form again where something is wrong; of JSON this raises
    ``Invalid`` or ``Malformed``."""
    if is_json():
        return Filled(_loaded(shape))
    # A form also sends what was left empty.
    written = {
        name: text.replace("\r\n", "\n").strip()
        for name, text in request.form.items()
        if text.strip()
    }
    try:
        return Filled(shape().load(written))
    except ValidationError as error:
        return Filled(written, frozenset(map(str, error.messages_dict)))


def _loaded(shape: type[Schema]) -> Mapping[str, Any]:
    body = parse_json(request.get_data(cache=True))
    if not isinstance(body, dict):
        raise Malformed("A JSON object is needed.")
    try:
        loaded: Mapping[str, Any] = shape().load(body)
    except ValidationError as error:
        errors = [
            {"detail": str(texts[0]), "pointer": f"/{name}"}
            for name, texts in error.messages_dict.items()
        ]
        raise Invalid(errors=errors) from error
    return loaded


def network() -> str:
    """Return the network that the visitor asks from."""
    return caller_of(request.remote_addr) or "here"
