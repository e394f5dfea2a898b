"""A vendor's evidence as tests speak of it: files, assessments, entries that name them."""

from __future__ import annotations

from typing import Any

from tests import builders
from tests.answers import Answer
from tests.integration.agreements.test_import import PDF
from tests.vendor import Vendor

Json = dict[str, Any]
FILES = "/registry/v1/files"
PORTAL = "/portal/v1"


def send(vendor: Vendor, body: bytes = PDF, name: str = "tia.pdf", **more: Any) -> Answer:
    return vendor.stack.ask(
        vendor.client, "POST", FILES, data=body,
        **{"content_type": "application/pdf", "query_string": {"name": name}, **more},
    )  # fmt: skip


def kept(vendor: Vendor, body: bytes = PDF) -> Json:
    answer = send(vendor, body)
    assert answer.status_code == 201, answer.text
    file: Json | None = answer.json
    assert file is not None
    return file


def assessment_body(**more: Any) -> Json:
    """An assessment of US law that lacks nothing."""
    measure = {"kind": "technical", "text": "Keys stay in the EEA.", "review_on": "2027-05-03"}
    return {
        "language": "en", "country": "US", "organisation": None,
        "law": "FISA 702 reaches providers of electronic communication services.",
        "risk": {"level": "medium", "text": "The importer is such a provider."},
        "measures": [measure],
        "conclusion": {"outcome": "equivalent_with_measures", "text": "Encryption suffices."},
        "carried_out_on": "2026-11-02", "carried_out_by": "Privacy counsel",
        "review_on": "2027-11-02", "file_id": None, **more,
    }  # fmt: skip


def recorded(vendor: Vendor, **more: Any) -> Json:
    made: Json = vendor.must("POST", "/assessments", assessment_body(**more))
    return made


def entry_naming(tia_id: str, **evidence: Any) -> Json:
    """An entry in the US on the clauses alone, with this assessment."""
    named = {"module": 3, "signed_on": "2026-11-01", "tia_reference": tia_id, **evidence}
    mechanism = {"instrument_id": "scc-2021-914", "role": "primary", "evidence": named}
    place = {"country": "US", "kind": "storage", "mechanisms": [mechanism]}
    return builders.sub_processor(locations=[place])


def adopt(vendor: Vendor, *entries: Json) -> list[Json]:
    body = {"valid_from": "2026-01-01", "sub_processors": list(entries)}
    vendor.must("POST", "/baseline", body)
    listed: list[Json] = vendor.must("GET", "/sub-processors")["items"]
    return listed


def ask(vendor: Vendor, customer: Any, sub_id: str) -> Answer:
    path = f"{PORTAL}/sub-processors/{sub_id}/evidence-requests"
    return vendor.stack.ask(customer, "POST", path)
