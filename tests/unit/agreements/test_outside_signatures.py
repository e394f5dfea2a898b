"""Signing at an outside provider: what becomes of a request, and what a report stands for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.agreements.model import outside_signatures as outside
from services.agreements.model.agreement import Agreement
from services.agreements.model.life import DocumentOutdated, NotOffered, accepted
from services.agreements.model.outside_signatures import (
    SignatureRequest,
    SignatureRequestOver,
    Signed,
    Signer,
)
from shared.errors import Invalid
from tests.unit.agreements import things
from tests.unit.agreements.things import AT, TODAY, acceptance, version

LINES = [
    [cell.strip() for cell in line.split("|")]
    for line in Path(__file__).with_name("golden_signature_request.txt").read_text("utf-8")
    .splitlines()
    if line and not line.startswith("#")
]  # fmt: skip
STEPS: dict[str, Callable[[str], str]] = {
    "sent": outside.sent, "given up": outside.given_up, "replaced": outside.replaced,
}  # fmt: skip
FIRST = version()
OURS, THEIRS = Signer("processor", "Bo", "bo@v.test"), Signer("controller", "Ida", "ida@c.test")
BOTH = (Signed("processor", "Bo", AT, "CEO"), Signed("controller", "Ida", AT))


def request(**more: str) -> SignatureRequest:
    made = SignatureRequest("sgr_1", "agr_1", "org_v", 1, FIRST.document_sha256, (OURS, THEIRS),
                            AT, "cli_v")  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]  # Members of text only.


def half(party: str) -> Agreement:
    return accepted(things.offered(), FIRST, acceptance(party, FIRST))


@pytest.mark.parametrize("line", LINES, ids=[" ".join(line[:2]) for line in LINES])
def test_the_table_holds(line: list[str]) -> None:
    state, step, after, _ = line
    if after == "refused":
        with pytest.raises(SignatureRequestOver):
            outside.reported(state, step)
    elif step in STEPS:
        assert STEPS[step](state) == after
    else:
        assert outside.reported(state, step) == after


def test_the_table_knows_every_state_and_step() -> None:
    steps = [*STEPS, *outside.REPORTS]
    assert sorted(line[:2] for line in LINES) == sorted(
        [state, step] for state in outside.STATES for step in steps
    )


def test_somebody_signs_for_each_party_that_has_not_accepted_and_nobody_else() -> None:
    assert outside.offer_to_sign(things.offered(), (OURS, THEIRS)) == things.offered().offer
    assert outside.offer_to_sign(half("controller"), (OURS,)).version == 1
    for agreement, signers in ((things.offered(), (OURS,)), (half("controller"), (OURS, THEIRS))):
        with pytest.raises(Invalid) as wrong:
            outside.offer_to_sign(agreement, signers)
        assert wrong.value.errors[0]["code"] == "signatory-missing"
        assert wrong.value.errors[0]["pointer"] == "/signers"
    with pytest.raises(NotOffered):
        outside.offer_to_sign(things.active(), (OURS, THEIRS))


def test_a_report_is_an_upload_of_the_processor() -> None:
    paper = outside.paper_of(things.offered(), request(), BOTH, "a" * 64, AT)
    assert (paper.party, paper.org_id, paper.method) == ("processor", "org_v", "signature-provider")
    assert (paper.version, paper.document_sha256) == (1, FIRST.document_sha256)
    assert (paper.pdf_sha256, paper.signed_on, paper.at) == ("a" * 64, TODAY, AT)
    assert [(it.party, it.name, it.title) for it in paper.signatories] == [
        ("processor", "Bo", "CEO"), ("controller", "Ida", ""),
    ]  # fmt: skip
    assert (paper.name, paper.title, paper.email) == ("Bo", "CEO", "bo@v.test")
    assert paper.client_id == "signature-provider:sgr_1"


def test_who_has_accepted_here_is_named_as_here() -> None:
    here = acceptance("processor", FIRST)
    asked = replace(request(), signers=(THEIRS,))
    paper = outside.paper_of(half("processor"), asked, BOTH[1:], "a" * 64, AT)
    assert (paper.name, paper.title, paper.email) == (here.name, here.title, here.email)
    assert [it.name for it in paper.signatories] == [here.name, "Ida"]


def test_what_is_not_signed_by_all_or_of_another_document_is_refused() -> None:
    late = replace(BOTH[0], at=AT + timedelta(minutes=5, seconds=1))
    for signed in (BOTH[:1], BOTH[1:], (late, BOTH[1])):
        with pytest.raises(Invalid) as wrong:
            outside.paper_of(things.offered(), request(), signed, "a" * 64, AT)
        assert wrong.value.errors[0]["pointer"] == "/signed"
    with pytest.raises(DocumentOutdated):
        outside.paper_of(things.offered(), request(document_sha256="0" * 64), BOTH, "a" * 64, AT)
    with pytest.raises(NotOffered):
        outside.paper_of(things.active(), request(), BOTH, "a" * 64, AT)


def test_a_clock_may_be_five_minutes_ahead_and_the_day_is_never_to_come() -> None:
    end = AT.replace(hour=23, minute=59)
    ahead = tuple(replace(each, at=end + timedelta(minutes=5)) for each in BOTH)
    assert outside.paper_of(things.offered(), request(), ahead, "a" * 64, end).signed_on == TODAY


def test_the_processor_has_accepted_by_its_own_provider() -> None:
    paper = outside.paper_of(half("controller"), request(), BOTH, "a" * 64, AT)
    own = outside.own_acceptance(paper)
    assert (own.party, own.name, own.title, own.email) == ("processor", "Bo", "CEO", "bo@v.test")
    assert (own.method, own.evidence_sha256) == ("signature-provider", "a" * 64)
    assert (own.version, own.document_sha256, own.at) == (1, FIRST.document_sha256, AT)
    assert (own.signed_on, own.client_id) == (TODAY, "signature-provider:sgr_1")
