"""Whether an answer fits its question: a country, an instrument, a day, a member of a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.registry.importing import columns as headings
from services.registry.importing.days import DAYS, SINCE
from services.registry.transfers.countries import check_country
from shared.importing.days import FIRST_DAY
from shared.importing.jobs import AnswerUnfit
from shared.times import parse_day

NOTHING = "none"
_PLACES = ("locations", "remote_access", "country")


def check_column(values: Sequence[str], at: int) -> None:
    """What a column holds. Raises ``AnswerUnfit``."""
    if len(values) > 1 or not set(values) <= {*headings.members(), NOTHING}:
        raise _unfit(at, "Answer with one member of the candidates, or none.")


def check_answer(
    question: Mapping[str, Any], values: Sequence[str], instruments: frozenset[str], at: int
) -> None:
    """Answer ``at`` of a body to a question about a cell. Raises ``AnswerUnfit``."""
    member = question["member"]
    if member in _PLACES:
        _check_countries(member, values, at)
    elif member == "mechanisms":
        _check_instruments(values, instruments, at)
    elif member in DAYS:
        _check_day(member, values, at)
    elif member != "products":
        _check_choice(question, values, at)


def _check_choice(question: Mapping[str, Any], values: Sequence[str], at: int) -> None:
    if len(values) > 1 or not set(values) <= set(question["candidates"]):
        raise _unfit(at, f"Answer with one of {', '.join(question['candidates'])}.")
    if question["member"] == "same_name" and not values:
        raise _unfit(at, "Answer merge or separate.")


def _check_instruments(values: Sequence[str], instruments: frozenset[str], at: int) -> None:
    unknown = [value for value in values if value not in instruments]
    if unknown:
        raise _unfit(at, f"{unknown[0]!r} is no instrument known here.")


def _check_day(member: str, values: Sequence[str], at: int) -> None:
    if len(values) > 1 or not all(_is_day(value) for value in values):
        none = "that of the list counts" if member == SINCE else "no day is stated"
        raise _unfit(at, f"Answer with one day as YYYY-MM-DD, or with none: then {none}.")


def _is_day(text: str) -> bool:
    try:
        return parse_day(text) >= FIRST_DAY
    except ValueError:
        return False


def _check_countries(member: str, values: Sequence[str], at: int) -> None:
    for value in values:
        try:
            check_country(value)
        except ValueError as error:
            raise _unfit(at, str(error)) from error
    if member == "country" and len(values) > 1:
        raise _unfit(at, "A company has one seat.")


def _unfit(at: int, detail: str) -> AnswerUnfit:
    pointer = f"/answers/{at}/values"
    return AnswerUnfit(
        detail, errors=[{"pointer": pointer, "code": AnswerUnfit.code, "detail": detail}]
    )
