"""Golden tables: which days an agreement claims, what falls due when, and what an end brings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.agreements.contract.contents import group_of
from services.agreements.contract.finding import required
from services.agreements.contract.finding_words import said
from services.agreements.model import calendar, ending, life, signed_elsewhere
from services.agreements.model.agreement import (
    PARTIES,
    TO_BE_CONFIRMED,
    Agreement,
    Claim,
    Due,
    Offer,
    Scheduled,
    SignedFile,
)
from services.agreements.model.calendar import STEPS, apply_due, due_by, first_due
from services.agreements.model.ending import (
    NothingToDelete,
    ProofRecorded,
    closed,
    proven,
    years_after,
)
from services.agreements.model.life import AmendmentScheduled, NotOffered
from services.agreements.model.signed_elsewhere import NotToBeConfirmed
from services.agreements.model.tally import (
    Profile,
    Share,
    difference_of,
    profiles_answered,
    profiles_of,
    share_of,
    tally,
)
from shared.errors import Invalid
from shared.scope import Cover
from tests.unit.agreements import things
from tests.unit.agreements.things import AT, LAPSES, PROOF, TODAY, acceptance, version

DAY = date(2026, 12, 1)
DAY_BEFORE, DAY_AFTER = date(2026, 11, 30), date(2026, 12, 2)
NEXT_YEAR = date(2027, 12, 31)


def changed(**members: Any) -> Agreement:
    """An agreement in force, with other ``members`` than the steps give it."""
    return replace(things.active(), **members)


def with_content(**members: Any) -> Agreement:
    agreement = things.active()
    return replace(agreement, content=replace(agreement.content, **members))


@pytest.mark.parametrize(
    ("one_ends", "other_begins", "overlap"),
    [
        (DAY, DAY_BEFORE, True),
        (DAY, DAY, False),  # The first day after one is the first day of the other: they touch.
        (DAY, DAY_AFTER, False),
        (None, DAY, True),
        (DAY, None, True),
        (None, None, True),
    ],
)
def test_agreements_of_the_same_parties_may_touch_and_not_overlap(
    one_ends: date | None, other_begins: date | None, overlap: bool
) -> None:
    one, other = Claim(until=one_ends), Claim(since=other_begins)

    assert one.overlaps(other) is overlap
    assert other.overlaps(one) is overlap


def test_an_agreement_may_begin_on_the_day_after_the_last_day_of_another() -> None:
    expiring = with_content(expires_on=DAY_BEFORE)

    assert expiring.claim.until == DAY
    assert not expiring.claim.overlaps(Claim(since=DAY))
    assert expiring.claim.overlaps(Claim(since=DAY_BEFORE))


@pytest.mark.parametrize(
    ("today", "coming", "claimed"),
    [
        (("a",), None, ("a",)),
        ((), None, ()),
        (("a",), ("b",), ("a", "b")),
        (("a",), (), ()),  # The amendment is for all products.
        ((), ("b",), ()),
    ],
)
def test_a_scheduled_amendment_claims_its_products_already(
    today: tuple[str, ...], coming: tuple[str, ...] | None, claimed: tuple[str, ...]
) -> None:
    scheduled = None if coming is None else Scheduled(2, DAY, coming)

    assert replace(with_content(products=today), scheduled=scheduled).claim.products == claimed


@pytest.mark.parametrize(
    ("members", "over_on"),
    [
        ({}, None),
        ({"ends_on": DAY}, DAY),
        ({"scheduled": Scheduled(2, DAY, ())}, None),
    ],
)
def test_the_first_day_after_the_end_is_known_or_open(
    members: dict[str, Any], over_on: date | None
) -> None:
    assert changed(**members).over_on == over_on


def test_a_scheduled_amendment_may_move_the_last_day_so_the_end_is_open() -> None:
    expiring = with_content(expires_on=NEXT_YEAR)

    assert expiring.over_on == date(2028, 1, 1)
    assert replace(expiring, scheduled=Scheduled(2, DAY, ())).over_on is None


OFFER = Offer(2, "0" * 64, AT, DAY)
LATER = with_content(expires_on=NEXT_YEAR)
REMINDED = replace(LATER, reminded_of=NEXT_YEAR)
IMPORT = replace(LATER, status=TO_BE_CONFIRMED)
OVER = changed(status="terminated")

# agreement, what falls due first, on which day
DUES = [
    (things.draft(), None, None),
    (things.active(), None, None),
    (things.offered(), calendar.OFFER_LAPSES, date(2027, 1, 22)),
    (changed(offer=OFFER), calendar.OFFER_LAPSES, DAY_AFTER),
    (changed(begins_on=DAY), calendar.BEGINS, DAY),
    (changed(begins_on=DAY, ends_on=DAY_AFTER), calendar.BEGINS, DAY),
    # It ends on or before its first day, so it never is in force.
    (changed(begins_on=DAY, ends_on=DAY), calendar.ENDS, DAY),
    (changed(scheduled=Scheduled(2, DAY, ())), calendar.AMENDMENT_BEGINS, DAY),
    (changed(ends_on=DAY), calendar.ENDS, DAY),
    (LATER, calendar.RENEWAL, date(2027, 11, 1)),
    (REMINDED, calendar.EXPIRES, date(2028, 1, 1)),
    # Whoever has terminated it is not reminded to renew.
    (replace(LATER, ends_on=DAY), calendar.ENDS, DAY),
    (IMPORT, calendar.EXPIRES, date(2028, 1, 1)),
    (replace(OVER, deletion_due_on=DAY), calendar.DELETION_OVERDUE, DAY_AFTER),
    (replace(OVER, deletion_due_on=DAY, deletion_overdue=True), None, None),
    (replace(OVER, deletion_due_on=DAY, deletion_proof=PROOF), None, None),
    (replace(OVER, erase_on=DAY), calendar.ERASE, DAY),
    (replace(OVER, deletion_due_on=DAY, erase_on=NEXT_YEAR), calendar.DELETION_OVERDUE, DAY_AFTER),
]


@pytest.mark.parametrize(("agreement", "kind", "on"), DUES)
def test_the_first_thing_that_falls_due_and_its_day(
    agreement: Agreement, kind: str | None, on: date | None
) -> None:
    due = first_due(agreement)

    assert (due.kind, due.on) == (kind, on) if due else kind is None


@pytest.mark.parametrize(("today", "is_due"), [(DAY_BEFORE, False), (DAY, True), (DAY_AFTER, True)])
def test_a_thing_is_due_from_its_day_on(today: date, is_due: bool) -> None:
    assert (due_by(changed(ends_on=DAY), today) is not None) is is_due


# kind, agreement before, members after
STEPPED: list[tuple[str, Agreement, dict[str, Any]]] = [
    (calendar.OFFER_LAPSES, things.offered(), {"status": "expired", "offer": None}),
    (calendar.OFFER_LAPSES, things.amended(), {"status": "active", "offer": None, "version": 1}),
    (calendar.BEGINS, changed(begins_on=DAY), {"status": "active", "begins_on": None}),
    (calendar.ENDS, changed(ends_on=DAY, offer=OFFER), {"status": "terminated", "offer": None}),
    (calendar.ENDS, changed(scheduled=Scheduled(2, DAY, ())),
     {"status": "terminated", "scheduled": None}),
    (calendar.RENEWAL, LATER, {"status": "active", "reminded_of": NEXT_YEAR}),
    (calendar.EXPIRES, replace(REMINDED, offer=OFFER), {"status": "expired", "offer": None}),
    (calendar.EXPIRES, replace(REMINDED, scheduled=Scheduled(2, DAY, ())),
     {"status": "expired", "scheduled": None}),
    (calendar.DELETION_OVERDUE, OVER, {"status": "terminated", "deletion_overdue": True}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "before", "members"), STEPPED)
def test_a_due_step_changes_these_members(
    kind: str, before: Agreement, members: dict[str, Any]
) -> None:
    after = apply_due(before, Due(DAY, kind))

    assert after == replace(before, revision=before.revision + 1, **members)


def test_every_kind_of_due_step_but_erasure_and_amendments_is_in_the_table() -> None:
    assert {kind for kind, _, _ in STEPPED} == set(STEPS) - {calendar.AMENDMENT_BEGINS}


def test_a_scheduled_amendment_becomes_the_version_that_binds() -> None:
    second = version(2, deletion_days=7, effective_from="2026-12-01")
    before = changed(scheduled=Scheduled(2, DAY, ()))

    after = apply_due(before, Due(DAY, calendar.AMENDMENT_BEGINS), second)

    assert (after.version, after.content, after.scheduled) == (2, second.content, None)
    assert after.document_sha256 == second.document_sha256
    with pytest.raises(ValueError, match=r"^an amendment begins with its version$"):
        apply_due(before, Due(DAY, calendar.AMENDMENT_BEGINS))


def ended(status: str = "terminated", **members: Any) -> Agreement:
    return replace(with_content(deletion_days=30), status=status, **members)


NEVER_ACCEPTED = replace(things.offered(), status="expired", offer=None)
NOON = datetime(2026, 12, 10, 12, 0, tzinfo=UTC)
TENTH, IN_30_DAYS = NOON.date(), date(2027, 1, 9)

# agreement, its last day, day by which the data must be gone, day of erasure after 5 years
ENDS: list[tuple[str, Agreement, date, date | None, date]] = [
    ("terminated today", ended(), TENTH, IN_30_DAYS, date(2031, 12, 10)),
    ("the clock was late", ended(ends_on=DAY), DAY, date(2026, 12, 31), date(2031, 12, 1)),
    ("expired", replace(ended("expired"), content=replace(ended().content, expires_on=DAY)),
     DAY, date(2026, 12, 31), date(2031, 12, 1)),
    ("no days agreed", with_content(deletion_days=None), TENTH, TENTH, date(2031, 12, 10)),
    ("never in force", ended(begins_on=NEXT_YEAR), TENTH, None, date(2031, 12, 10)),
    ("ended before its first day", ended(begins_on=NEXT_YEAR, ends_on=DAY), TENTH, None,
     date(2031, 12, 10)),
    ("rejected", replace(things.rejected(), ends_on=DAY), TENTH, None, date(2031, 12, 10)),
    ("offer lapsed", NEVER_ACCEPTED, TENTH, None, date(2031, 12, 10)),
    ("import not confirmed", ended("rejected", unconfirmed=True), TENTH, None,
     date(2031, 12, 10)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "agreement", "ended_on", "deletion", "erasure"), ENDS)
def test_an_end_sets_the_days_of_deletion_and_of_erasure(
    name: str, agreement: Agreement, ended_on: date, deletion: date | None, erasure: date
) -> None:
    agreement = agreement if agreement.status != "active" else replace(agreement, status="expired")

    after = closed(agreement, NOON, 5)

    assert (after.ended_on, after.deletion_due_on, after.erase_on) == (ended_on, deletion, erasure)
    assert after.ended_at == NOON


@pytest.mark.parametrize("agreement", [things.draft(), things.offered(), things.active(), IMPORT])
def test_what_has_not_ended_keeps_its_days(agreement: Agreement) -> None:
    assert closed(agreement, NOON, 5) is agreement


def test_an_end_is_dated_once() -> None:
    once = closed(ended(), NOON, 5)

    assert closed(once, datetime(2028, 1, 1, tzinfo=UTC), 9) is once


@pytest.mark.parametrize(
    ("day", "years", "later"),
    [
        (date(2026, 12, 1), 5, date(2031, 12, 1)),
        (date(2028, 2, 29), 4, date(2032, 2, 29)),
        (date(2028, 2, 29), 5, date(2033, 2, 28)),
    ],
)
def test_years_later_is_the_same_day_or_the_28th_of_february(
    day: date, years: int, later: date
) -> None:
    assert years_after(day, years) == later


def test_proof_of_deletion_is_recorded_once_and_only_where_it_is_due() -> None:
    over = closed(ended(), NOON, 5)
    after = proven(over, PROOF)

    assert (after.deletion_proof, after.revision) == (PROOF, over.revision + 1)
    with pytest.raises(ProofRecorded):
        proven(after, PROOF)
    with pytest.raises(NothingToDelete):
        proven(closed(ended(begins_on=NEXT_YEAR), NOON, 5), PROOF)
    with pytest.raises(Invalid):
        proven(over, replace(PROOF, done_on=DAY))


def test_a_termination_keeps_an_amendment_that_begins_before_it() -> None:
    before = changed(scheduled=Scheduled(2, DAY, ()))

    assert ending.terminated(before, DAY_AFTER, TODAY).scheduled == before.scheduled
    assert ending.terminated(before, DAY, TODAY).scheduled is None


# shares of one customer -> its counts
A, B = Share("a", Cover()), Share("b", Cover())
A_ENDS, A_SMALL = Share("a", Cover(ends_on=DAY)), Share("a", Cover(("crm",)))
TALLIES: list[tuple[list[Share], dict[str, int]]] = [
    ([], {"repeats": 0}),
    ([A], {"repeats": 0, "groups.a.agreements": 1, "groups.a.repeats": 0}),
    ([A, A], {"repeats": 1, "groups.a.agreements": 2, "groups.a.repeats": 1}),
    ([A, B], {"repeats": 1, "groups.a.agreements": 1, "groups.a.repeats": 0,
              "groups.b.agreements": 1, "groups.b.repeats": 0}),
    ([A_ENDS], {"repeats": 0, "groups.a.agreements": 1, "groups.a.repeats": 0}),
]  # fmt: skip
# shares of one customer -> its profiles
PROFILES: list[tuple[list[Share], list[Profile]]] = [
    ([], []),
    ([A], [Profile("a", (Cover(),))]),
    ([A_ENDS, B], [Profile("a", (A_ENDS.cover,)), Profile("b", (Cover(),))]),
    # Whatever order they were made in, customers with equal agreements have one profile.
    ([A_SMALL, A_ENDS], profiles_of([A_ENDS, A_SMALL])),
    ([A_SMALL, A_ENDS], [Profile("a", (A_SMALL.cover, A_ENDS.cover))]),
]


@pytest.mark.parametrize(("shares", "counts"), TALLIES)
def test_the_counts_of_one_customer(shares: list[Share], counts: dict[str, int]) -> None:
    assert dict(tally(shares)) == counts


@pytest.mark.parametrize(("shares", "profiles"), PROFILES)
def test_the_profiles_of_one_customer(shares: list[Share], profiles: list[Profile]) -> None:
    assert profiles_of(shares) == profiles


def test_profiles_that_differ_in_a_product_or_a_day_have_other_ids() -> None:
    covers = [Cover(), Cover(("a",)), Cover(("b",)), Cover(("a", "b")), Cover(begins_on=DAY),
              Cover(ends_on=DAY)]  # fmt: skip
    profiles = [Profile(key, (cover,)) for cover in covers for key in ("a", "b")]
    assert len({profile.id for profile in profiles}) == len(profiles)


GROUPS = [{"key": "a", "agreements": 5}, {"key": "b", "agreements": 1}]
TWO, ONE = Profile("a", (Cover(("crm",)), Cover(("erp",)))), Profile("a", (Cover(("crm",)),))


def test_agreements_that_no_profile_counts_are_answered_as_covering_everything() -> None:
    answer = profiles_answered(GROUPS, {TWO: 1, ONE: 2}, {})
    assert [(each["key"], len(each["covers"]), each["customers"]) for each in answer] == [
        ("a", 2, 1),
        ("a", 1, 2),
        ("a", 1, 1),
        ("b", 1, 1),
    ]
    assert [cover["products"] for each in answer[2:] for cover in each["covers"]] == [(), ()]


def test_a_customer_that_is_asked_for_apart_is_answered_by_name_and_counted_once() -> None:
    answer = profiles_answered(GROUPS[:1], {TWO: 1, ONE: 3}, {"org_c": [TWO], "org_d": [ONE]})
    assert [(len(each["covers"]), each["customers"], each["customer_id"]) for each in answer] == [
        (1, 2, None),
        (2, 1, "org_c"),
        (1, 1, "org_d"),
    ]


def test_counts_move_by_their_differences_alone() -> None:
    assert difference_of({"a": 1, "b": 2}, {"b": 2, "c": 3}) == {"a": -1, "c": 3}


def test_only_what_counts_has_a_share() -> None:
    key, crm = group_of(things.active().content).key, Cover(("case-system",))

    assert share_of(None) is None
    assert share_of(things.offered()) is None
    assert share_of(changed(status=TO_BE_CONFIRMED)) == Share(key, crm)
    assert share_of(changed(ends_on=DAY)) == Share(key, replace(crm, ends_on=DAY))


def test_an_offer_is_open_on_its_last_day() -> None:
    assert due_by(things.offered(), LAPSES) is None


def waiting() -> Agreement:
    """An import that its customer has yet to confirm."""
    first = version(effective_from="2026-12-01")
    signed = tuple(acceptance(party, first) for party in PARTIES)
    file = SignedFile("A-1", "0" * 64, TODAY)
    return signed_elsewhere.to_be_confirmed(
        signed_elsewhere.imported(first, file, signed), "org_hidden"
    )


@pytest.mark.parametrize(
    ("today", "begins_on"), [(DAY_BEFORE, DAY), (DAY, None), (DAY_AFTER, None)]
)
def test_a_confirmed_import_binds_and_is_in_force_from_its_first_day(
    today: date, begins_on: date | None
) -> None:
    word = replace(acceptance("controller", version()), at=datetime.combine(today, AT.time(), UTC))
    after = signed_elsewhere.confirmed(waiting(), word, things.CUSTOMER)

    assert (after.binding, after.begins_on, after.addressed_to) == (True, begins_on, None)
    assert (after.confirmed, after.confirmation) == (True, word)


def test_only_what_waits_for_its_customer_is_confirmed_or_declined() -> None:
    declined = signed_elsewhere.declined(waiting(), things.REFUSAL)
    word = acceptance("controller", version())

    assert (declined.status, declined.refusal) == ("rejected", things.REFUSAL)
    with pytest.raises(NotToBeConfirmed):
        signed_elsewhere.declined(declined, things.REFUSAL)
    with pytest.raises(NotToBeConfirmed):
        signed_elsewhere.confirmed(things.active(), word, things.CUSTOMER)


def test_an_import_counts_before_it_binds_and_is_the_hidden_customers() -> None:
    agreement = waiting()

    assert (agreement.counts, agreement.binding, agreement.confirmed) == (True, False, False)
    assert agreement.customer_id == "org_hidden"
    assert things.active().customer_id == things.CUSTOMER.id


def test_an_import_is_not_accepted_or_rejected_but_confirmed() -> None:
    with pytest.raises(NotOffered, match="confirm or decline"):
        life.offer_to_accept(waiting(), "controller", None)
    with pytest.raises(NotOffered, match="confirm or decline"):
        life.rejected(waiting(), things.REFUSAL)


def test_while_an_amendment_is_scheduled_no_other_is_offered() -> None:
    with pytest.raises(AmendmentScheduled):
        life.check_amendable(changed(scheduled=Scheduled(2, DAY, ())))


@pytest.mark.parametrize(
    ("first_day", "is_scheduled"), [("2026-12-01", True), ("2026-11-22", False)]
)
def test_an_accepted_amendment_waits_for_its_first_day(first_day: str, is_scheduled: bool) -> None:
    second = version(2, deletion_days=7, effective_from=first_day)
    agreement = life.amended(things.active(), second, AT, LAPSES)
    after = things.accepted_by_both(agreement, second)

    assert (after.scheduled is not None, after.version) == (is_scheduled, 1 if is_scheduled else 2)


@pytest.mark.parametrize(
    ("begins_on", "expires_on", "claim"),
    [
        (None, None, Claim((), None, None)),
        (DAY, None, Claim((), TODAY, None)),
        (None, DAY, Claim((), None, DAY_AFTER)),
    ],
)
def test_a_version_claims_from_its_first_day_unless_the_agreement_is_in_force(
    begins_on: date | None, expires_on: date | None, claim: Claim
) -> None:
    made = version(effective_from=TODAY.isoformat(), products=[])
    made = replace(made, content=replace(made.content, expires_on=expires_on))

    assert life.claim_of(changed(begins_on=begins_on), made) == claim


def test_a_customer_named_by_its_id_alone_is_a_finding() -> None:
    nameless = replace(things.CUSTOMER, legal_name=things.CUSTOMER.id)

    unnamed = required("customer-unnamed", "Art. 28(3)", said("customer-unnamed"))
    assert unnamed in changed(controller=nameless).findings
    assert "customer-unnamed" not in {found.code for found in things.active().findings}
