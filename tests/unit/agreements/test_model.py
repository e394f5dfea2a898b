"""Every step in the life of an agreement, from every state: taken, or refused for its reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from services.agreements.model import ending, life, signed_elsewhere
from services.agreements.model.agreement import PARTIES, Agreement, Claim, SignedFile, Since
from services.agreements.model.ending import NotInForce
from services.agreements.model.life import (
    AlreadyAccepted,
    AmendedMeanwhile,
    DocumentOutdated,
    NotADraft,
    NotAmendable,
    NotOffered,
    TerminationScheduled,
)
from shared.errors import DomainError, Invalid
from tests.unit.agreements import things
from tests.unit.agreements.things import AT, LAPSES, TODAY, acceptance, version

Make = Callable[[], Agreement]
Step = Callable[[Agreement], object]

STATES: dict[str, Make] = {
    "draft": things.draft, "offered": things.offered, "active": things.active,
    "amended": things.amended, "ending": things.ending, "terminated": things.terminated,
    "rejected": things.rejected, "expired": things.expired,
}  # fmt: skip
STEPS: dict[str, Step] = {
    "offer": lambda found: life.offered(found, AT, LAPSES),
    "accept": lambda found: life.offer_to_accept(found, "controller", None),
    "amend": lambda found: life.amended(
        found, version(found.latest_version + 1, deletion_days=9), AT, LAPSES
    ),
    "reject": lambda one: life.rejected(one, things.REFUSAL),
    "terminate": lambda found: ending.terminated(found, TODAY, TODAY),
}
ALLOWED = {
    ("draft", "offer"), ("offered", "accept"), ("offered", "amend"), ("offered", "reject"),
    ("active", "amend"), ("active", "terminate"),
    ("amended", "accept"), ("amended", "amend"), ("amended", "reject"), ("amended", "terminate"),
}  # fmt: skip


def test_it_works() -> None:
    agreement = things.active()
    assert (agreement.status, agreement.version, agreement.offer) == ("active", 1, None)
    assert agreement.revision == 4


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", STATES)
def test_a_step_is_taken_where_it_is_allowed_and_refused_elsewhere(state: str, step: str) -> None:
    agreement = STATES[state]()
    if (state, step) in ALLOWED:
        STEPS[step](agreement)
        return
    with pytest.raises(DomainError) as refusal:
        STEPS[step](agreement)
    assert refusal.value.status == 409


@pytest.mark.parametrize(
    ("state", "step", "reason"),
    [
        ("active", "offer", NotADraft),
        ("draft", "accept", NotOffered),
        ("active", "accept", AlreadyAccepted),
        ("draft", "amend", NotAmendable),
        ("ending", "amend", TerminationScheduled),
        ("active", "reject", NotOffered),
        ("offered", "terminate", NotInForce),
        ("ending", "terminate", TerminationScheduled),
    ],
)
def test_a_refusal_says_why(state: str, step: str, reason: type[DomainError]) -> None:
    with pytest.raises(reason):
        STEPS[step](STATES[state]())


def test_one_acceptance_is_not_enough() -> None:
    one = life.accepted(things.offered(), version(), acceptance("controller", version()))
    assert (one.status, one.group) == ("offered", None)
    with pytest.raises(AlreadyAccepted):
        life.accepted(one, version(), acceptance("controller", version()))


def test_an_acceptance_of_the_version_before_does_not_count() -> None:
    one = life.accepted(things.offered(), version(), acceptance("controller", version()))
    second = version(2, deletion_days=60)
    agreement = life.amended(one, second, AT, LAPSES)
    agreement = life.accepted(agreement, second, acceptance("processor", second))
    assert agreement.status == "offered"
    agreement = life.accepted(agreement, second, acceptance("controller", second))
    assert (agreement.status, agreement.content.deletion_days) == ("active", 60)


def test_an_amendment_takes_the_place_of_one_that_still_waits() -> None:
    agreement = life.amended(things.amended(), version(3, deletion_days=1), AT, LAPSES)
    assert agreement.offer is not None
    assert (agreement.version, agreement.offer.version) == (1, 3)


def test_of_two_amendments_made_at_once_the_second_is_refused() -> None:
    with pytest.raises(AmendedMeanwhile):
        life.amended(things.amended(), version(2, deletion_days=1), AT, LAPSES)


def test_the_document_named_must_be_the_one_on_offer() -> None:
    agreement = things.offered()
    assert life.offer_to_accept(agreement, "controller", agreement.document_sha256).version == 1
    with pytest.raises(DocumentOutdated):
        life.offer_to_accept(agreement, "controller", "0" * 64)


@pytest.mark.parametrize(
    ("state", "day", "status"),
    [
        ("offered", LAPSES, "offered"),
        ("offered", date(2027, 1, 22), "expired"),
        ("amended", date(2027, 1, 22), "active"),
        ("ending", date(2026, 12, 30), "active"),
        ("ending", date(2026, 12, 31), "terminated"),
        ("ending", date(2027, 3, 1), "terminated"),
        ("active", date(2099, 1, 1), "active"),
        ("draft", date(2099, 1, 1), "draft"),
    ],
)
def test_the_calendar_ends_what_is_due_and_nothing_else(state: str, day: date, status: str) -> None:
    agreement = STATES[state]()
    after = things.on_day(agreement, day)
    assert after.status == status
    assert after.offer is None or after is agreement
    assert things.on_day(after, day) is after


def test_a_past_day_ends_nothing() -> None:
    with pytest.raises(Invalid):
        ending.terminated(things.active(), date(2026, 11, 21), TODAY)


def test_a_termination_drops_an_amendment_that_waits() -> None:
    assert ending.terminated(things.amended(), date(2026, 12, 1), TODAY).offer is None


@pytest.mark.parametrize(("first_day", "in_force"), [("2026-11-22", True), ("2026-11-23", False)])
def test_one_signed_elsewhere_is_in_force_from_its_day_on(first_day: str, in_force: bool) -> None:
    first = version(effective_from=first_day)
    signed = tuple(acceptance(party, first) for party in PARTIES)
    found = signed_elsewhere.imported(first, SignedFile("A-1", "0" * 64, TODAY), signed)
    assert (found.binding, found.in_force) == (True, in_force)
    assert things.on_day(found, date(2026, 11, 23)).in_force


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (Claim(), Claim(), True),
        (Claim(("a",)), Claim(("b",)), False),
        (Claim(("a",)), Claim(("a", "b")), True),
        (Claim(until=TODAY), Claim(since=TODAY), False),
        (Claim(until=date(2026, 11, 23)), Claim(since=TODAY), True),
        (Claim(until=TODAY), Claim(), True),
    ],
)
def test_claims_meet_on_a_product_and_a_day(one: Claim, other: Claim, meet: bool) -> None:
    assert one.overlaps(other) is other.overlaps(one) is meet


def test_history_grows_only_when_the_terms_or_the_cover_change() -> None:
    agreement = life.recorded(things.active(), 7)
    group = agreement.group
    assert group is not None
    assert agreement.history == (Since(7, group.key, group.terms, agreement.cover),)
    assert life.recorded(agreement, 8) == agreement
    ending_later = life.recorded(ending.terminated(agreement, LAPSES, TODAY), 8)
    assert [since.since_version for since in ending_later.history] == [7, 8]
    ended = life.recorded(ending.terminated(agreement, TODAY, TODAY), 9)
    assert ended.history[-1] == Since(9, None, None)


def test_an_agreement_that_never_was_in_force_has_no_history() -> None:
    assert life.recorded(things.expired(), 3).history == ()
