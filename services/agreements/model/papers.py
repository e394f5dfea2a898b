"""A version that was signed on paper: one side uploads what was signed, the other confirms it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.agreements.model import life
from services.agreements.model.agreement import (
    PARTIES,
    Acceptance,
    Agreement,
    Paper,
    Refusal,
    Version,
)
from services.agreements.model.life import next_of
from shared.errors import Conflict, problem_at

PAPER = "paper"


class PaperWaits(Conflict):
    """What the other side has uploaded waits for you; confirm or refuse it first."""

    code = "paper-waits"


class NoPaperWaits(Conflict):
    """No paper of this version waits to be confirmed."""

    code = "no-paper-waits"


class OwnPaper(Conflict):
    """Only the other side can confirm or refuse what you have uploaded."""

    code = "own-paper"


class OtherPaper(Conflict):
    """The file that waits is another than the one you have read; read it first."""

    code = "paper-outdated"


def waits(agreement: Agreement) -> Paper | None:
    """The paper that waits for the other side: of the version on offer, and not refused."""
    paper, offer = agreement.paper, agreement.offer
    is_open = paper and offer and paper.version == offer.version and paper.refusal is None
    return paper if is_open else None


def uploaded(agreement: Agreement, paper: Paper) -> Agreement:
    """The agreement with a paper that waits for the other side; nothing binds by it.

    A newer one of the same side takes its place. Raises ``NotOffered``, ``DocumentOutdated``,
    ``PaperWaits``, or ``Invalid`` for a day to come or a party that nobody signed for.
    """
    offer, before = life.on_offer(agreement), waits(agreement)
    if offer.document_sha256 != paper.document_sha256:
        raise life.DocumentOutdated(context={"document_sha256": offer.document_sha256})
    if before and before.party != paper.party:
        raise PaperWaits
    if paper.signed_on > paper.at.date():
        raise problem_at("/signed_on", "day-to-come", "A paper is signed today or before.")
    if {each.party for each in paper.signatories} != set(PARTIES):
        raise problem_at("/signatories", "signatory-missing", "Name who signed for each party.")
    return next_of(agreement, paper=paper)


def confirmed(agreement: Agreement, version: Version, word: Acceptance, pdf_sha256: str) -> Paper:
    """The paper as the other side confirms it. ``word``: who does, for which party.

    Raises ``NoPaperWaits``, ``OwnPaper`` or ``OtherPaper``.
    """
    paper = of_other_side(agreement, word.party)
    if pdf_sha256 != paper.pdf_sha256:
        raise OtherPaper(context={"pdf_sha256": paper.pdf_sha256})
    if version.document_sha256 != paper.document_sha256:
        raise life.DocumentOutdated
    return replace(paper, confirmation=word)


def refused(agreement: Agreement, refusal: Refusal) -> Agreement:
    """The other side says that this was not signed; the offer stays.

    Raises ``NoPaperWaits`` or ``OwnPaper``.
    """
    paper = of_other_side(agreement, refusal.party)
    return next_of(agreement, paper=replace(paper, refusal=refusal))


def signatures(agreement: Agreement, paper: Paper) -> Iterator[Acceptance]:
    """The acceptances that a confirmed paper stands for, by those who signed it.

    A party that has accepted the version otherwise has done so.
    """
    word = paper.confirmation
    if word is None:
        raise NoPaperWaits
    for party in PARTIES:
        if agreement.accepted_by(party, paper.version):
            continue
        signed = next(each for each in paper.signatories if each.party == party)
        origin = paper if party == paper.party else word
        yield Acceptance(
            party=party, name=signed.name, title=signed.title, email=origin.email, at=word.at,
            version=paper.version, document_sha256=paper.document_sha256,
            client_id=origin.client_id, address=origin.address, method=paper.method,
            evidence_sha256=paper.pdf_sha256, signed_on=paper.signed_on,
        )  # fmt: skip


def of_other_side(agreement: Agreement, party: str) -> Paper:
    """The paper that waits for ``party``. Raises ``NoPaperWaits`` or ``OwnPaper``."""
    paper = waits(agreement)
    if paper is None:
        raise NoPaperWaits
    if paper.party == party:
        raise OwnPaper
    return paper
