"""Nine real agreements: each is taken, kept and shown whole, and its days are counted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.agreements.contract.contents import check, group_of
from services.agreements.contract.findings import findings
from services.agreements.contract.terms import NoticeTerms
from services.agreements.rendering import periods
from services.agreements.rendering.words import Words
from services.agreements.schemas.notice_terms import NoticeTermsShape
from services.registry.clock import NoticeTerms as ClockTerms
from services.registry.clock import Starts, dates_counted_from, dates_for
from shared.documents import from_document, from_wire, to_document
from tests.unit.agreements.nine_agreements import NINE
from tests.unit.agreements.things import content

# Friday 19 March 2027; Easter is 28 March, Good Friday the 26th, Easter Monday the 29th.
GIVEN_ON = date(2027, 3, 19)
NOT_SET = None
# Last day to object, first day of the change, whether it waits for a yes.
DAYS: dict[str, tuple[date | None, date, bool]] = {
    # No number at all: no last day; told before, so the day after the notice.
    "fortrabbit": (NOT_SET, date(2027, 3, 20), False),
    # 19 + 10 = 29 March, Easter Monday, in Ireland a holiday: Tuesday 30; the change on the 31st.
    "tailscale": (date(2027, 3, 30), date(2027, 3, 31), False),
    "adguard": (NOT_SET, date(2027, 3, 20), False),
    # No authorisation is given, so nothing may begin without a yes.
    "reviewable": (NOT_SET, date(2027, 3, 20), True),
    # 19 + 14 = 33, which is Friday 2 April; weekends only, since no calendar is named.
    "kemitchell": (date(2027, 4, 2), date(2027, 4, 3), False),
    # 19 March + 30 = 18 April, a Sunday: objections until Monday 19; the notice ends on the 18th.
    "sambruk": (date(2027, 4, 19), date(2027, 4, 20), True),
    "french-cloud": (NOT_SET, date(2027, 3, 20), True),
    "opencage": (NOT_SET, date(2027, 3, 20), False),
    "klerk": (NOT_SET, date(2027, 3, 20), True),
}
FOUND = {
    "fortrabbit": {"notice-days-missing", "objection-days-missing", "holiday-region-missing"},
    "tailscale": set(),
    "adguard": {"notice-days-missing", "objection-days-missing"},
    "reviewable": {"authorisation-missing"},
    "kemitchell": {"notice-days-missing"},
    "sambruk": set(),
    "french-cloud": {"holiday-region-missing"},
    "opencage": {"notice-days-missing", "objection-days-missing"},
    "klerk": {"authorisation-missing"},
}


def stored(name: str) -> tuple[str | None, NoticeTerms]:
    """The terms after a round through the shape and the database's form."""
    authorisation, members = NINE[name]
    terms = from_wire(NoticeTerms, NoticeTermsShape().load(members))
    return authorisation, from_document(NoticeTerms, to_document(terms))


def counted(name: str) -> ClockTerms:
    """The terms as the registry gets them."""
    authorisation, terms = stored(name)
    group = group_of(content(authorisation=authorisation, notice_terms=to_document(terms)))
    return ClockTerms.parse(group.terms.members(), group.authorisation)


def said(members: Any, shown: Any) -> bool:
    """Whether ``shown`` says all that ``members`` do."""
    if isinstance(members, dict):
        return all(said(value, shown[name]) for name, value in members.items())
    if isinstance(members, list):
        return len(members) == len(shown) and all(map(said, members, shown))
    return bool(members == shown)


@pytest.mark.parametrize("name", NINE)
def test_an_agreement_is_kept_and_shown_whole(name: str) -> None:
    authorisation, terms = stored(name)
    check(content(authorisation=authorisation, notice_terms=to_document(terms)))
    assert said(NINE[name][1], NoticeTermsShape().dump(terms))


@pytest.mark.parametrize("name", NINE)
def test_the_days_of_an_agreement_follow_from_its_words(name: str) -> None:
    dates = dates_for(counted(name), GIVEN_ON)
    assert (dates.objection_deadline, dates.earliest_effective_on, dates.needs_approval) == (
        DAYS[name]
    )


@pytest.mark.parametrize("name", NINE)
def test_what_an_agreement_lacks_is_found(name: str) -> None:
    authorisation, terms = stored(name)
    whole = content(authorisation=authorisation, notice_terms=to_document(terms))
    codes = {finding.code for finding in findings(whole)} - {"notice-contact-missing"}
    assert codes == FOUND[name]


def test_a_swedish_notice_without_a_receipt_is_deemed_received_on_the_next_working_day() -> None:
    """Sent on Friday 19 March 2027, deemed received on Monday 22: 22 + 30 = 21 April, a Wednesday;
    the change on the 22nd."""
    monday = date(2027, 3, 22)
    dates = dates_counted_from(counted("sambruk"), GIVEN_ON, Starts(monday, monday))
    assert dates.objection_deadline == date(2027, 4, 21)
    assert dates.earliest_effective_on == date(2027, 4, 22)


@pytest.mark.parametrize("language", ["en", "da", "sv"])
@pytest.mark.parametrize("name", NINE)
def test_every_agreement_can_be_printed(name: str, language: str) -> None:
    rows = periods.rows(Words(language), to_document(stored(name)[1]))
    assert all(label and value for label, value in rows)
    assert not any(part in value for _, value in rows for part in ("{", "None", "_"))
