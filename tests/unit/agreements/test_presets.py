"""The preset of DORA: RTS (EU) 2025/532 Art. 5, stored as the terms that it stands for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from marshmallow import ValidationError

from services.agreements.contract.contents import ContentsContradict, check, group_of
from services.agreements.contract.terms import NoticeTerms
from services.agreements.rendering import periods
from services.agreements.rendering.words import Words
from services.agreements.schemas.notice_terms import NoticeTermsShape
from services.registry.clock import NoticeTerms as ClockTerms
from services.registry.clock import dates_for
from shared.documents import from_wire, to_document
from tests.unit.agreements.things import content

MONTH = {"value": 1, "unit": "months"}
DAYS_10 = {"value": 10, "unit": "days"}


def sent(**more: Any) -> dict[str, Any]:
    notice = {"length": DAYS_10, "starts": "sent"}
    return {"preset": "dora", "notice": notice, "holidays": "LU", "channels": ["email"], **more}


def loaded(**more: Any) -> NoticeTerms:
    return from_wire(NoticeTerms, NoticeTermsShape().load(sent(**more)))


def test_it_is_stored_as_the_terms_that_it_stands_for() -> None:
    plain = {
        "notice": {"length": DAYS_10, "starts": "sent"}, "holidays": "LU", "channels": ["email"],
        "objection": {"length": DAYS_10, "starts": "sent", "ends": "length", "silence": "consent"},
        "remedy": {"then": ["modify", "terminate"]},
    }  # fmt: skip
    assert loaded() == from_wire(NoticeTerms, NoticeTermsShape().load(plain))
    assert "preset" not in NoticeTermsShape().dump(loaded())


@pytest.mark.parametrize(
    ("given", "notice", "objections_until", "live_on"),
    [
        # Wednesday 1 March 2028 + 10 = Saturday 11; objections until Monday 13, live on the 14th.
        (date(2028, 3, 1), DAYS_10, date(2028, 3, 13), date(2028, 3, 14)),
        # One month from Monday 31 January 2028 ends on Tuesday 29 February, a leap day.
        (date(2028, 1, 31), MONTH, date(2028, 2, 29), date(2028, 3, 1)),
        # Friday 14 April 2028 + 10 = Monday 24; Easter Monday of 2028 is 17 April.
        (date(2028, 4, 14), DAYS_10, date(2028, 4, 24), date(2028, 4, 25)),
    ],
)
def test_a_change_goes_live_only_after_the_period_to_object(
    given: date, notice: dict[str, Any], objections_until: date, live_on: date
) -> None:
    group = group_of(content(notice_terms=to_document(loaded(notice={"length": notice}))))
    dates = dates_for(ClockTerms.parse(group.terms.members(), group.authorisation), given)
    assert (dates.objection_deadline, dates.earliest_effective_on) == (objections_until, live_on)


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"preset": "nis2"}, ("preset",)),
        ({"preset": 1}, ("preset",)),
        ({"notice": None}, ("notice",)),
        ({"notice": {}}, ("notice",)),
        ({"objection": 5}, ("objection",)),
        ({"objection": ""}, ("objection",)),
        ({"remedy": ""}, ("remedy",)),
        ({"objection": {"silence": "refusal"}}, ("objection", "silence")),
        ({"objection": {"length": MONTH}}, ("objection", "length")),
        ({"objection": {"ends": "effective_day"}}, ("objection", "ends")),
        ({"emergency": {"length": DAYS_10}}, ("emergency",)),
        ({"soft": True}, ("soft",)),
        ({"by_kind": {"add": {"notice": {"length": MONTH}}}}, ("by_kind",)),
    ],
)
def test_what_contradicts_it_is_refused_at_its_place(
    more: dict[str, Any], place: tuple[str, ...]
) -> None:
    with pytest.raises(ValidationError) as refused:
        loaded(**more)
    messages: Any = refused.value.messages
    for part in place:
        messages = messages[part]
    assert messages


def test_silence_that_is_consent_needs_a_general_authorisation() -> None:
    with pytest.raises(ContentsContradict):
        check(content(authorisation="specific", notice_terms=to_document(loaded())))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "the customer may ask for modifications of the change; the agreement may be ended"),
        ("da", "kunden kan bede om, at ændringen tilpasses; aftalen kan opsiges"),
        ("sv", "kunden får begära att ändringen anpassas; avtalet får sägas upp"),
    ],
)
def test_a_document_says_what_may_follow_an_objection(language: str, text: str) -> None:
    words = Words(language)
    assert dict(periods.rows(words, to_document(loaded())))[words("remedy")] == text
