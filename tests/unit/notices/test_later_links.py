"""Which link a mail holds: to answer a notice or what follows it, to sign, or none at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.notices import events
from services.notices.model.answer_links import RESPOND, SIGN, Claims, LinkInvalid, Links

ORIGIN = "https://art28.example"
LINKS = Links(ORIGIN, b"k" * 32)
MADE_AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
# 23 November and 180 days.
LAST_DAY = date(2027, 5, 22)
OFFER = {"version": 3}
TO_SIGN = (*events.WITH_PAGES, *events.INVITATIONS)
NOTHING_TO_ANSWER = sorted({*events.MAILED} - {events.OBJECTION_UPDATED, *TO_SIGN})


def mail(kind: str) -> dict[str, Any]:
    return {"_id": "eml_1", "kind": kind, "made_at": MADE_AT}


def message(change_id: str | None = None) -> dict[str, Any]:
    return {"notice": None, "change_id": change_id, "agreement_id": "agr_1"}


def token_of(url: str, page: str) -> str:
    start = f"{ORIGIN}/{page}/"
    assert url.startswith(start)
    return url.removeprefix(start)


def test_a_mail_about_an_objection_links_to_the_answer_of_its_change_for_180_days() -> None:
    token = token_of(LINKS.url(mail(events.OBJECTION_UPDATED), message("chg_1"), {}), "respond")
    assert LINKS.read(token, MADE_AT, RESPOND) == Claims("eml_1", "chg_1", LAST_DAY)
    with pytest.raises(LinkInvalid):
        LINKS.read(token, MADE_AT, SIGN)


@pytest.mark.parametrize("kind", TO_SIGN)
@pytest.mark.parametrize("change_id", [None, "chg_1"])
def test_a_mail_about_an_agreement_to_sign_links_to_this_version_of_it_for_180_days(
    kind: str, change_id: str | None
) -> None:
    token = token_of(LINKS.url(mail(kind), message(change_id), OFFER), "sign")
    assert LINKS.read(token, MADE_AT, SIGN) == Claims("eml_1", "agr_1-3", LAST_DAY)
    with pytest.raises(LinkInvalid):
        LINKS.read(token, MADE_AT, RESPOND)


@pytest.mark.parametrize("kind", [events.OBJECTION_UPDATED, *TO_SIGN])
def test_such_a_link_ends_when_its_last_day_is_over(kind: str) -> None:
    url = LINKS.url(mail(kind), message("chg_1"), OFFER)
    token, purpose = url.rpartition("/")[2], SIGN if "/sign/" in url else RESPOND
    midnight = datetime(2027, 5, 23, tzinfo=UTC)
    assert LINKS.read(token, midnight - timedelta(seconds=1), purpose).last_day == LAST_DAY
    with pytest.raises(LinkInvalid, match=r"^This link has ended\.$"):
        LINKS.read(token, midnight, purpose)


@pytest.mark.parametrize("kind", NOTHING_TO_ANSWER)
def test_a_mail_with_nothing_to_answer_has_no_link(kind: str) -> None:
    assert LINKS.url(mail(kind), message("chg_1"), OFFER) == ""


def test_a_mail_about_an_objection_to_no_known_change_has_no_link() -> None:
    assert LINKS.url(mail(events.OBJECTION_UPDATED), message(None), OFFER) == ""


def test_a_preview_shows_where_the_link_would_lead_and_no_link_that_works() -> None:
    assert LINKS.example == f"{ORIGIN}/respond/…"
