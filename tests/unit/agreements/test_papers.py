"""A paper that one side uploads: when it waits, for whom, and what it stands for when confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.agreements.model import life, papers
from services.agreements.model.agreement import Agreement, Paper, PaperSignatory, Refusal
from services.agreements.model.life import DocumentOutdated, NotOffered
from services.agreements.model.papers import NoPaperWaits, OtherPaper, OwnPaper, PaperWaits
from shared.errors import Invalid
from tests.unit.agreements import things
from tests.unit.agreements.things import AT, TODAY, acceptance, version

FIRST = version()
SIGNED = (PaperSignatory("controller", "Ida", "Chair"), PaperSignatory("processor", "Bo", "CEO"))
WORD = replace(acceptance("controller", FIRST), name="Kim", email="kim@c.test", client_id="link:1")


def paper(party: str = "processor", **more: Any) -> Paper:
    members: dict[str, Any] = {
        "party": party, "org_id": "org_v", "version": 1, "document_sha256": FIRST.document_sha256,
        "pdf_sha256": "a" * 64, "signed_on": TODAY, "signatories": SIGNED, "name": "Ada",
        "title": "Clerk", "email": "ada@v.test", "at": AT, "client_id": "cli_v",
        "address": "192.0.2.1",
    }  # fmt: skip
    return Paper(**{**members, **more})


def waiting(**more: Any) -> Agreement:
    return papers.uploaded(things.offered(), paper(**more))


def test_an_uploaded_paper_waits_and_is_a_revision_of_its_own() -> None:
    after = waiting()
    assert papers.waits(after) == paper()
    assert (after.status, after.acceptances) == ("offered", ())
    assert after.revision == things.offered().revision + 1


@pytest.mark.parametrize(
    ("agreement", "told", "raised"),
    [
        (things.active(), paper(), NotOffered),
        (things.offered(), paper(document_sha256="0" * 64), DocumentOutdated),
        (things.offered(), paper(signed_on=date(2026, 11, 23)), Invalid),
        (things.offered(), paper(signatories=SIGNED[:1]), Invalid),
        (waiting(), paper("controller"), PaperWaits),
    ],
)
def test_what_cannot_be_uploaded_is_refused(
    agreement: Agreement, told: Paper, raised: type[Exception]
) -> None:
    with pytest.raises(raised):
        papers.uploaded(agreement, told)


def test_a_newer_paper_of_the_same_side_takes_its_place() -> None:
    newer = paper(pdf_sha256="b" * 64)
    assert papers.waits(papers.uploaded(waiting(), newer)) == newer


def test_another_offer_leaves_no_paper_to_wait() -> None:
    second = version(2, deletion_days=60)
    assert papers.waits(life.amended(waiting(), second, AT, things.LAPSES)) is None
    assert papers.waits(things.offered()) is None
    assert papers.waits(replace(waiting(), offer=None)) is None


def test_a_refused_paper_waits_no_more_and_the_offer_stays() -> None:
    after = papers.refused(waiting(), Refusal("controller", 1, "No.", AT))
    assert (papers.waits(after), after.offer is not None) == (None, True)
    assert after.paper is not None
    assert after.paper.refusal == Refusal("controller", 1, "No.", AT)
    assert after.revision == waiting().revision + 1


def test_nobody_answers_its_own_paper_or_none() -> None:
    with pytest.raises(OwnPaper):
        papers.refused(waiting(), Refusal("processor", 1, "No.", AT))
    with pytest.raises(OwnPaper):
        papers.confirmed(waiting(), FIRST, replace(WORD, party="processor"), "a" * 64)
    with pytest.raises(NoPaperWaits):
        papers.refused(things.offered(), Refusal("controller", 1, "No.", AT))


def test_only_the_file_and_the_document_that_were_read_are_confirmed() -> None:
    with pytest.raises(OtherPaper) as other:
        papers.confirmed(waiting(), FIRST, WORD, "b" * 64)
    assert other.value.context == {"pdf_sha256": "a" * 64}
    with pytest.raises(DocumentOutdated):
        papers.confirmed(waiting(), version(2, deletion_days=60), WORD, "a" * 64)


def test_a_confirmed_paper_is_the_acceptance_of_both_by_the_names_on_it() -> None:
    done = papers.confirmed(waiting(), FIRST, WORD, "a" * 64)
    assert done.confirmation == WORD
    ours, theirs = papers.signatures(waiting(), done)
    assert [(it.party, it.name, it.title) for it in (ours, theirs)] == [
        ("processor", "Bo", "CEO"), ("controller", "Ida", "Chair"),
    ]  # fmt: skip
    for each in (ours, theirs):
        assert (each.method, each.evidence_sha256, each.signed_on) == ("paper", "a" * 64, TODAY)
        assert (each.version, each.document_sha256, each.at) == (1, FIRST.document_sha256, AT)
    assert (ours.email, ours.client_id, ours.address) == ("ada@v.test", "cli_v", "192.0.2.1")
    assert (theirs.email, theirs.client_id, theirs.address) == ("kim@c.test", "link:1", None)


def test_who_had_accepted_here_keeps_that_acceptance() -> None:
    here = life.accepted(waiting(), FIRST, acceptance("processor", FIRST))
    done = papers.confirmed(here, FIRST, WORD, "a" * 64)
    assert [each.party for each in papers.signatures(here, done)] == ["controller"]


def test_a_paper_that_nobody_has_confirmed_stands_for_nothing() -> None:
    with pytest.raises(NoPaperWaits):
        list(papers.signatures(waiting(), paper()))
