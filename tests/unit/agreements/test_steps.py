"""What each step in the life of an agreement changes, member by member, and why it is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.agreements.contract.contents import Party
from services.agreements.contract.finding import Finding
from services.agreements.model import calendar, ending, life, signed_elsewhere
from services.agreements.model.agreement import (
    PARTIES,
    TO_BE_CONFIRMED,
    Agreement,
    Offer,
    Scheduled,
    SignedFile,
    Version,
)
from shared.errors import DomainError, Invalid
from tests.unit.agreements import things
from tests.unit.agreements.things import AT, CUSTOMER, LAPSES, TODAY, VENDOR, acceptance, version

DAY, DAY_AFTER = date(2026, 12, 1), date(2026, 12, 2)
WEAKER = (Finding("behind-template", "Art. 28(3)", "Less than the template."),)
FIRST = version()
SECOND = replace(
    version(2, deletion_days=60),
    weaker=WEAKER,
    processor=Party("org_v", "v", "Vendor A/S"),
    controller=Party("org_c", "c", "Customer A/S"),
)
LATER = version(2, effective_from="2026-12-01", products=["mail"])
FILE = SignedFile("A-1", "0" * 64, TODAY)
DRAFT, OFFERED, ACTIVE, AMENDED = (
    things.draft(), things.offered(), things.active(), things.amended(),
)  # fmt: skip


def signed(of: Version) -> Agreement:
    """Accepted by the processor, so that the customer's acceptance is the second one."""
    amended = life.amended(ACTIVE, of, AT, LAPSES) if of.version > 1 else OFFERED
    return life.accepted(amended, of, acceptance("processor", of))


def by_customer(before: Agreement, of: Version) -> Agreement:
    return life.accepted(before, of, acceptance("controller", of))


def with_acceptance(before: Agreement, of: Version) -> dict[str, Any]:
    return {"acceptances": (*before.acceptances, acceptance("controller", of))}


def in_second() -> dict[str, Any]:
    return {
        "version": 2, "content": SECOND.content, "weaker": WEAKER,
        "document_sha256": SECOND.document_sha256,
        "processor": SECOND.processor, "controller": SECOND.controller,
    }  # fmt: skip


OFFER_OF_FIRST = Offer(1, FIRST.document_sha256, AT, LAPSES)
OFFER_OF_SECOND = Offer(2, SECOND.document_sha256, AT, LAPSES)
TO_COME = replace(version(effective_from="2026-12-01"), document_sha256=FIRST.document_sha256)
WAITING = signed_elsewhere.to_be_confirmed(
    signed_elsewhere.imported(FIRST, FILE, tuple(acceptance(it, FIRST) for it in PARTIES)), "org_h"
)
BUYER = Party("org_h", "h", "Hidden A/S")

Step = Callable[[Agreement], Agreement]

# name of the step, agreement before, step, members that have changed
CHANGES: list[tuple[str, Agreement, Step, dict[str, Any]]] = [
    ("offer", DRAFT, lambda it: life.offered(it, AT, LAPSES),
     {"status": "offered", "offer": OFFER_OF_FIRST}),
    ("amend an offer", OFFERED, lambda it: life.amended(it, SECOND, AT, LAPSES),
     {"latest_version": 2, "offer": OFFER_OF_SECOND, **in_second()}),
    ("amend what binds", ACTIVE, lambda it: life.amended(it, SECOND, AT, LAPSES),
     {"latest_version": 2, "offer": OFFER_OF_SECOND}),
    ("accept first", OFFERED, lambda it: by_customer(it, FIRST), with_acceptance(OFFERED, FIRST)),
    ("accept last", signed(FIRST), lambda it: by_customer(it, FIRST),
     {**with_acceptance(signed(FIRST), FIRST), "status": "active", "offer": None}),
    ("accept before its first day", signed(FIRST), lambda it: by_customer(it, TO_COME),
     {**with_acceptance(signed(FIRST), TO_COME), "status": "active", "offer": None,
      "content": TO_COME.content, "begins_on": DAY}),
    ("accept an amendment", signed(SECOND), lambda it: by_customer(it, SECOND),
     {**with_acceptance(signed(SECOND), SECOND), "offer": None, **in_second()}),
    ("accept an amendment to come", signed(LATER), lambda it: by_customer(it, LATER),
     {**with_acceptance(signed(LATER), LATER), "offer": None,
      "scheduled": Scheduled(2, DAY, ("mail",))}),
    ("reject an offer", OFFERED, lambda it: life.rejected(it, things.REFUSAL),
     {"status": "rejected", "offer": None, "refusal": things.REFUSAL}),
    ("reject an amendment", AMENDED, lambda it: life.rejected(it, things.REFUSAL),
     {"status": "active", "offer": None, "refusal": things.REFUSAL}),
    ("terminate today", AMENDED, lambda it: ending.terminated(it, TODAY, TODAY),
     {"status": "terminated", "offer": None, "ends_on": TODAY}),
    ("terminate later", AMENDED, lambda it: ending.terminated(it, DAY, TODAY),
     {"status": "active", "offer": None, "ends_on": DAY}),
    ("confirm", WAITING,
     lambda it: signed_elsewhere.confirmed(it, acceptance("controller", FIRST), BUYER),
     {"status": "active", "unconfirmed": False, "addressed_to": None, "controller": BUYER,
      "confirmation": acceptance("controller", FIRST)}),
    ("decline", WAITING, lambda it: signed_elsewhere.declined(it, things.REFUSAL),
     {"status": "rejected", "refusal": things.REFUSAL}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "step", "members"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES]
)
def test_a_step_changes_these_members_and_no_other(
    before: Agreement, step: Step, members: dict[str, Any]
) -> None:
    assert step(before) == replace(before, revision=before.revision + 1, **members)


def test_a_draft_is_what_its_first_version_says() -> None:
    assert life.drafted(replace(FIRST, weaker=WEAKER)) == Agreement(
        id="agr_1", processor=VENDOR, controller=CUSTOMER, status="draft",
        version=1, latest_version=1, content=FIRST.content,
        document_sha256=FIRST.document_sha256, created_at=AT, weaker=WEAKER,
    )  # fmt: skip


def test_an_import_is_a_draft_that_both_have_signed() -> None:
    both = tuple(acceptance(party, TO_COME) for party in PARTIES)
    assert signed_elsewhere.imported(TO_COME, FILE, both) == replace(
        life.drafted(TO_COME), status="active", signed_file=FILE, acceptances=both, begins_on=DAY
    )
    assert signed_elsewhere.to_be_confirmed(ACTIVE, None) == replace(
        ACTIVE, status=TO_BE_CONFIRMED, unconfirmed=True
    )
    assert signed_elsewhere.to_be_confirmed(ACTIVE, "org_h").addressed_to == "org_h"


SCHEDULED = replace(ACTIVE, scheduled=Scheduled(2, DAY, ()))
ENDING = things.ending()

# step, what the refusal says
REFUSALS: list[tuple[Callable[[], object], str]] = [
    (lambda: life.offered(ACTIVE, AT, LAPSES), "This agreement is active."),
    (lambda: life.check_amendable(DRAFT), "This agreement is draft."),
    (lambda: life.check_amendable(SCHEDULED), "Version 2 begins on 2026-12-01."),
    (lambda: life.check_amendable(ENDING), "It ends on 2026-12-31."),
    (lambda: by_customer(ACTIVE, FIRST), "Version 1 has been accepted for this party."),
    (lambda: life.offer_to_accept(ACTIVE, "controller", None),
     "Version 1 has been accepted for this party."),
    (lambda: life.offer_to_accept(DRAFT, "controller", None),
     "This agreement is draft; nothing waits for acceptance."),
    (lambda: life.offer_to_accept(WAITING, "controller", None),
     "This agreement was signed elsewhere: confirm or decline it instead."),
    (lambda: life.rejected(ACTIVE, things.REFUSAL),
     "This agreement is active; there is nothing to reject."),
    (lambda: ending.terminated(OFFERED, TODAY, TODAY), "This agreement is offered."),
    (lambda: ending.proven(ACTIVE, things.PROOF), "This agreement is active."),
    (lambda: ending.proven(replace(ACTIVE, deletion_due_on=DAY, deletion_proof=things.PROOF),
                           things.PROOF), "It was done on 2026-11-22."),
    (lambda: signed_elsewhere.declined(ACTIVE, things.REFUSAL), "This agreement is active."),
]  # fmt: skip


@pytest.mark.parametrize(("step", "words"), REFUSALS, ids=[words for _, words in REFUSALS])
def test_a_refusal_says_how_the_agreement_stands(step: Callable[[], object], words: str) -> None:
    with pytest.raises(DomainError) as refusal:
        step()
    assert refusal.value.detail == words


def test_who_names_an_outdated_document_is_told_the_one_on_offer() -> None:
    with pytest.raises(life.DocumentOutdated) as refusal:
        life.offer_to_accept(OFFERED, "controller", "0" * 64)
    assert refusal.value.context == {"version": 1, "document_sha256": FIRST.document_sha256}


@pytest.mark.parametrize(
    ("step", "pointer", "code", "words"),
    [
        (lambda: ending.terminated(ACTIVE, date(2026, 11, 21), TODAY), "/effective_on", "day-past",
         "2026-11-21 is past; today is 2026-11-22."),
        (lambda: ending.proven(replace(ACTIVE, deletion_due_on=DAY),
                               replace(things.PROOF, done_on=DAY)), "/done_on", "day-to-come",
         "It lies after 2026-11-23; name the day on which it was done, or leave it out."),
    ],
)  # fmt: skip
def test_a_day_that_cannot_be_meant_is_pointed_to(
    step: Callable[[], object], pointer: str, code: str, words: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        step()
    (error,) = refusal.value.errors
    assert (error["pointer"], error["code"], error["detail"]) == (pointer, code, words)


def test_a_draft_with_a_last_day_does_not_expire() -> None:
    last = replace(DRAFT, content=replace(DRAFT.content, expires_on=DAY))
    assert calendar.first_due(last) is None
