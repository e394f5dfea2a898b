"""What becomes of a customer's proposal, and when one can be made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.agreements.model import proposals
from services.agreements.model.agreement import Agreement
from services.agreements.model.proposals import (
    Answer,
    Comment,
    NothingToOffer,
    Proposal,
    ProposalDecided,
    check_can_propose,
)
from shared.errors import DomainError
from tests.unit.agreements import things
from tests.unit.agreements.things import AT, version

LINES = [
    [cell.strip() for cell in line.split("|")]
    for line in Path(__file__).with_name("golden_proposal.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
WORD = Answer("Fourteen?", AT, "cli_v")
HASH = version().document_sha256


def proposal(**more: Any) -> Proposal:
    members: dict[str, Any] = {"changes": {"deletion_days": 7}, **more}
    return Proposal("prp_1", "agr_1", "org_v", 1, HASH, "Ida", "DPO", "ida@c.test", AT, "cli_c",
                    **members)  # fmt: skip


def decided(before: Proposal, step: str) -> Proposal:
    if step == "accept":
        return proposals.accepted(before, things.offered())
    return {"answer": proposals.answered, "decline": proposals.declined}[step](before, WORD)


@pytest.mark.parametrize("line", LINES, ids=[" ".join(line[:2]) for line in LINES])
def test_the_table_holds(line: list[str]) -> None:
    before = proposal(state=line[0])
    if line[2] == "refused":
        with pytest.raises(ProposalDecided):
            decided(before, line[1])
        return
    assert decided(before, line[1]).state == line[2]


def test_what_was_said_is_kept_in_its_order_and_what_was_offered_is_named() -> None:
    once = decided(proposal(), "answer")
    assert decided(once, "decline").answers == (WORD, WORD)
    assert decided(once, "accept").offered == 1


def test_comments_alone_are_nothing_to_offer() -> None:
    with pytest.raises(NothingToOffer):
        decided(proposal(changes={}), "accept")


def test_without_an_offer_nothing_was_accepted() -> None:
    with pytest.raises(DomainError) as refused:
        proposals.accepted(proposal(), things.active())
    assert refused.value.code == "not-amendable"


@pytest.mark.parametrize(
    ("agreement", "sha256", "undecided", "told"),
    [
        (things.offered(), HASH, 9, 1),
        (things.active(), HASH, 0, 1),
        (things.amended(), things.amended().offer.document_sha256, 0, 2),  # type: ignore[union-attr]
        (things.amended(), HASH, 0, "document-outdated"),
        (things.offered(), "0" * 64, 0, "document-outdated"),
        (things.offered(), HASH, 10, "too-many-proposals"),
        (things.draft(), HASH, 0, "not-amendable"),
    ],
)
def test_one_is_made_of_the_version_that_was_read(
    agreement: Agreement, sha256: str, undecided: int, told: int | str
) -> None:
    if isinstance(told, int):
        assert check_can_propose(agreement, sha256, undecided) == told
        return
    with pytest.raises(DomainError) as refused:
        check_can_propose(agreement, sha256, undecided)
    assert refused.value.code == told


def test_its_text_has_every_comment_and_the_members_that_would_change() -> None:
    comments = (Comment("Too long.", "7"), Comment("Why?"))
    both = replace(proposal(comments=comments), changes={"b": 1, "a": 2})
    assert both.text == "7: Too long.\nWhy?\na, b"
    assert proposal(comments=comments, changes={}).text == "7: Too long.\nWhy?"
    assert proposal().text == "deletion_days"


def test_messages_say_which_one_and_how_it_stands() -> None:
    assert proposals.told(proposal()) == {"id": "prp_1", "state": "open", "version": 1}
