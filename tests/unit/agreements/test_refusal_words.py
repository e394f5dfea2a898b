"""What a refusal says: the member, its code, what is wrong, and what is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.agreements.model import life, outside_signatures, papers, proposals, roll_outs
from services.agreements.model.agreement import Refusal
from shared.errors import DomainError, Invalid
from tests.unit.agreements import test_papers as paper_tests
from tests.unit.agreements import test_proposals as proposal_tests
from tests.unit.agreements import things
from tests.unit.agreements.test_outside_signatures import BOTH, OURS, request
from tests.unit.agreements.things import AT, TODAY, version

FIRST = version()
NO_PARTY = "Name who signs for each party that has not accepted, and nobody else."
NOTHING_ON_OFFER = "This agreement is active; nothing is on offer."
Step = Callable[[], object]


def upload(**more: Any) -> Step:
    return lambda: papers.uploaded(things.offered(), paper_tests.paper(**more))


def report(*signed: outside_signatures.Signed) -> Step:
    return lambda: outside_signatures.paper_of(things.offered(), request(), signed, "a" * 64, AT)


LATE = replace(BOTH[0], at=AT + timedelta(minutes=6))


@pytest.mark.parametrize(
    ("step", "pointer", "code", "detail"),
    [
        (upload(signed_on=TODAY + timedelta(1)), "/signed_on", "day-to-come",
         "A paper is signed today or before."),
        (upload(signatories=paper_tests.SIGNED[:1]), "/signatories", "signatory-missing",
         "Name who signed for each party."),
        (report(BOTH[0]), "/signed", "signatory-missing", "A party has not signed yet."),
        (report(LATE, BOTH[1]), "/signed", "day-to-come", "A signature was made now or before."),
        (lambda: outside_signatures.offer_to_sign(things.offered(), (OURS,)), "/signers",
         "signatory-missing", NO_PARTY),
    ],
)  # fmt: skip
def test_a_wrong_member_is_named_with_what_is_right(
    step: Step, pointer: str, code: str, detail: str
) -> None:
    with pytest.raises(Invalid) as refused:
        step()
    assert refused.value.errors == [{"pointer": pointer, "code": code, "detail": detail}]


def test_the_hash_that_is_right_is_told_with_an_outdated_one() -> None:
    with pytest.raises(life.DocumentOutdated) as paper:
        upload(document_sha256="0" * 64)()
    assert paper.value.context == {"document_sha256": FIRST.document_sha256}
    with pytest.raises(life.DocumentOutdated) as proposal:
        proposals.check_can_propose(things.offered(), "0" * 64, 0)
    assert proposal.value.context == {"version": 1, "document_sha256": FIRST.document_sha256}


def not_able() -> None:
    ended = life.rejected(things.offered(), Refusal("controller", 1, "No.", AT))
    roll_outs.check_can_get(ended)


@pytest.mark.parametrize(
    ("step", "detail"),
    [
        (lambda: papers.uploaded(things.active(), paper_tests.paper()), NOTHING_ON_OFFER),
        (lambda: outside_signatures.offer_to_sign(things.active(), (OURS,)), NOTHING_ON_OFFER),
        (lambda: proposal_tests.decided(proposal_tests.proposal(state="declined"), "answer"),
         "It is declined."),
        (not_able, "This agreement is rejected."),
    ],
)  # fmt: skip
def test_a_conflict_says_what_the_state_is(step: Step, detail: str) -> None:
    with pytest.raises(DomainError) as refused:
        step()
    assert refused.value.detail == detail


def test_the_last_signature_is_the_day_of_the_paper() -> None:
    earlier = replace(BOTH[0], at=AT - timedelta(days=3))
    paper = outside_signatures.paper_of(
        things.offered(), request(), (earlier, BOTH[1]), "a" * 64, AT
    )
    assert paper.signed_on == TODAY
