"""Nine real agreements: each is taken, kept and shown whole, and its days are counted."""

from __future__ import annotations

from datetime import date

import pytest

from services.agreements.contract.contents import check, group_of
from services.agreements.contract.findings import findings
from services.agreements.contract.promises import Audit
from services.agreements.contract.terms import NoticeTerms
from services.agreements.rendering import periods
from services.agreements.rendering.words import Words
from services.agreements.schemas.notice_terms import NoticeTermsShape
from services.agreements.use_cases.parties import content_of
from services.registry.clock import NoticeTerms as ClockTerms
from services.registry.clock import Starts, dates_counted_from, dates_for
from shared.documents import from_document, from_wire, to_document
from tests.builders import agreement_content
from tests.unit.agreements.nine_agreements import NINE, said
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
    "sambruk": {"two-periods"},
    "french-cloud": {"holiday-region-missing", "end-of-processing-default-missing"},
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


# Hours that bind, choice at the end, days until deletion, audits a year, days before an audit.
PROMISED: dict[str, tuple[int | None, str | None, int | None, int | None, int | None]] = {
    "fortrabbit": (24, "delete", None, 1, None),
    "tailscale": (72, "unclear", 30, 1, 30),
    "adguard": (None, "delete", None, 1, 60),
    "reviewable": (None, None, None, None, None),
    "kemitchell": (None, "delete", 30, 1, None),
    "sambruk": (24, "controllers_choice", None, None, 14),
    # 48 hours "if possible" start no clock; another article names no number.
    "french-cloud": (None, "controllers_choice", None, None, None),
    "opencage": (None, "delete", None, None, None),
    "klerk": (48, "unclear", None, None, None),
}


@pytest.mark.parametrize("name", NINE)
def test_what_an_agreement_promises_is_said_in_both_forms(name: str) -> None:
    authorisation, terms = stored(name)
    bare = agreement_content(breach_notice_hours=None, deletion_days=None, clauses={})
    agreed = {"authorisation": authorisation, "notice_terms": to_document(terms)}
    whole = content_of({**bare, **agreed})
    audit = whole.notice_terms.audit or Audit()
    assert (
        whole.breach_notice_hours, whole.clauses.end_of_processing, whole.deletion_days,
        audit.times, audit.notice_days,
    ) == PROMISED[name]  # fmt: skip
    assert said(NINE[name][1], NoticeTermsShape().dump(whole.notice_terms))


@pytest.mark.parametrize("language", ["en", "da", "sv"])
@pytest.mark.parametrize("name", NINE)
def test_every_agreement_can_be_printed(name: str, language: str) -> None:
    words = Words(language)
    rows = periods.rows(words, to_document(stored(name)[1]))
    assert all(label and value for label, value in rows)
    # Further facts are printed as the text has them.
    ours = [value for label, value in rows if label != words("other_promise")]
    assert not any(part in value for value in ours for part in ("{", "None", "_"))
    printed = "\n".join(value for _, value in rows)
    facts = [*NINE[name][1]["other"].values(), *NINE[name][1]["breach"].values()]
    assert all(fact in printed for fact in facts if isinstance(fact, str))
