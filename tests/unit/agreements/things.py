"""Agreements in each state, made by the model's own steps."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from services.agreements import rendering
from services.agreements.contract.contents import Content, Party
from services.agreements.contract.wording import ByCountry, Published, built_in_templates
from services.agreements.model import calendar, life
from services.agreements.model import ending as model_ending
from services.agreements.model.agreement import (
    PARTIES,
    Acceptance,
    Agreement,
    Proof,
    Refusal,
    Version,
)
from services.agreements.model.document import make_version
from shared.documents import from_wire
from tests.builders import agreement_content

AT = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
TODAY = AT.date()
LAPSES = date(2027, 1, 21)
REFUSAL = Refusal("controller", 1, "No.", AT)
PROOF = Proof(TODAY, "Wiped.", "N", "T", "n@x.test", AT, "cli")
VENDOR, CUSTOMER = Party("org_v", "v", "Vendor"), Party("org_c", "c", "Customer")


def content(**more: Any) -> Content:
    return from_wire(Content, agreement_content(**more))


def version(number: int = 1, agreement_id: str = "agr_1", **more: Any) -> Version:
    parties, template = (VENDOR, CUSTOMER), built_in_templates()[2]
    return make_version(agreement_id, number, parties, content(**more), template, at=AT, by="cli")


def own(**more: Any) -> Version:
    """A version on the contract that comes with the product."""
    parties, template = (VENDOR, CUSTOMER), built_in_templates()[2]
    return make_version("agr_1", 1, parties, content(**more), template, at=AT, by="cli")


def before_sentences(of: Version) -> Version:
    """The document as it was made before documents were contracts in sentences."""
    members = json.loads(of.document)
    del members["contract"]
    return replace(of, document=json.dumps(members))


def laid_out(of: Version) -> dict[str, Any]:
    return rendering.laid_out(of)


def acceptance(party: str, of: Version) -> Acceptance:
    return Acceptance(
        party=party, name="N", title="T", email="n@x.test", at=AT,
        version=of.version, document_sha256=of.document_sha256, client_id="cli",
    )  # fmt: skip


def draft(**more: Any) -> Agreement:
    return life.drafted(version(**more))


def offered(**more: Any) -> Agreement:
    return life.offered(draft(**more), AT, LAPSES)


def active(**more: Any) -> Agreement:
    return accepted_by_both(offered(**more), version(**more))


def accepted_by_both(agreement: Agreement, of: Version) -> Agreement:
    for party in PARTIES:
        agreement = life.accepted(agreement, of, acceptance(party, of))
    return agreement


def amended() -> Agreement:
    return life.amended(active(), version(2, deletion_days=60), AT, LAPSES)


def terminated() -> Agreement:
    return model_ending.terminated(active(), TODAY, TODAY)


def rejected() -> Agreement:
    return life.rejected(offered(), REFUSAL)


def on_day(agreement: Agreement, today: date, coming: Version | None = None) -> Agreement:
    """What the calendar makes of it by ``today``; ``coming`` is the version that is scheduled."""
    while (due := calendar.due_by(agreement, today)) and due.kind != calendar.ERASE:
        agreement = calendar.apply_due(agreement, due, coming)
    return agreement


def expired() -> Agreement:
    return on_day(offered(), date(2027, 1, 22))


def ending() -> Agreement:
    return model_ending.terminated(active(), date(2026, 12, 31), TODAY)


def published(**more: Any) -> Published:
    of = content()
    members: dict[str, Any] = {
        "processing": of.processing, "authorisation": of.authorisation,
        "notice_options": (of.notice_terms,), "clauses": of.clauses,
        "governing_law": ByCountry("DK", {"SE": "SE"}), "language": ByCountry("en", {"SE": "sv"}),
        "products": ("a", "b"), "deletion_days": 30,
    }  # fmt: skip
    return Published(**{**members, **more})
