"""The matter of the main job: who is told what, and the change that is announced."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import rfc8785

PROCESSOR = "tempus-serva"
# Notice days and objection days of the agreement with each customer, from the contract.
TERMS = {"nordbo": (30, 14), "havnens-revision": (14, 10), "lillebror": (10, 5)}
REGISTER = f"/registry/v1/processors/{PROCESSOR}"


def email_provider(today: date) -> dict[str, Any]:
    """A new e-mail provider in the US: DPF first, SCC module 3 to fall back on."""
    day = today.isoformat()
    later = (today + timedelta(days=300)).isoformat()
    dpf = {
        "instrument_id": "eu-us-dpf",
        "role": "primary",
        "evidence": {
            "participant": "Northwind Mail Inc.",
            "covered_data": ["non_hr"],
            "checked_on": day,
            "due_on": later,
        },
    }
    clauses = {
        "instrument_id": "scc-2021-914",
        "role": "fallback",
        "evidence": {
            "module": 3,
            "signed_on": day,
            "tia_reference": "TIA-2026-17",
            "tia_on": day,
            "tia_review_on": later,
        },
    }
    return {
        "legal_name": "Northwind Mail Inc.",
        "registration_number": "DE 5550123",
        "address": {
            "street": "1 Harbor Street",
            "postal_code": "94105",
            "city": "San Francisco",
            "country": "US",
        },
        "country": "US",
        "website": "https://northwind-mail.example",
        "contact": {"name": "Jo Reed", "position": "DPO", "email": "dpo@northwind-mail.example"},
        "purpose": {
            "en": "Sending e-mail",
            "da": "Udsendelse af e-mail",
            "sv": "Utskick av e-post",
        },
        "categories": ["email"],
        "data_categories": ["contact data"],
        "data_subjects": ["the customer's employees"],
        "special_categories": False,
        "products": [],
        "flow_down": {"reference": "SPA-7", "signed_on": day},
        "locations": [
            {"country": "US", "region": None, "kind": "storage", "mechanisms": [dpf, clauses]}
        ],
    }


def draft(today: date, in_days: int = 10) -> dict[str, Any]:
    """The body of the change that the main job begins with."""
    return {
        "kind": "add",
        "sub_processor": email_provider(today),
        "effective_on": (today + timedelta(days=in_days)).isoformat(),
        "reason": "A new e-mail provider",
    }


def first_break(entries: Iterable[Mapping[str, Any]]) -> str:
    """Where a ledger first fails to hold, or an empty text; written from the description alone:
    each hash is SHA-256 over RFC 8785 JSON of the entry without it, chained from 64 zeros."""
    before, expected = "0" * 64, 1
    for entry in entries:
        content = {name: value for name, value in entry.items() if name != "hash"}
        if entry["sequence"] != expected:
            return f"entry {expected} is missing"
        if entry["previous_hash"] != before:
            return f"entry {expected} does not follow the one before"
        if hashlib.sha256(rfc8785.dumps(content)).hexdigest() != entry["hash"]:
            return f"the hash of entry {expected} is not that of its content"
        before, expected = entry["hash"], expected + 1
    return "" if expected > 1 else "the ledger is empty"
