"""Things as most tests need them; each takes what its test is about."""

from __future__ import annotations

from typing import Any

from shared.settings import Common
from shared.tokens import PublicKeys, TokenVerifier
from tests.clock import now
from tests.fakes import AUDIENCE, ORIGIN


def no_verifier() -> TokenVerifier:
    """It knows no key, so no token is good: for apps whose routes are public."""
    return TokenVerifier(PublicKeys(lambda: {"keys": []}), ORIGIN, AUDIENCE, now)


def common_settings(mongo_url: str, prefix: str, origin: str = ORIGIN) -> Common:
    """Settings of any service, on one origin and with keys that are no secret."""
    names = ("identity", "agreements", "registry", "notices")
    return Common(
        origin=origin, mongo_url=mongo_url, db_prefix=prefix, audience=AUDIENCE,
        urls={name: f"{origin}/{name}" for name in names},
        service_key=b"s" * 32, secrets_key=b"k" * 32, log_level="warning", log_format="text",
    )  # fmt: skip


def notice_terms(**more: Any) -> dict[str, Any]:
    return {
        "notice_days": 30, "objection_days": 14, "day_kind": "calendar", "holidays": "DK",
        "receipt_rule": "sent", "silence": "consent", "channels": ["webhook", "email"],
        "contacts": [{"name": "Ida Holm", "position": "DPO", "email": "ida@nordbo.test"}], **more,
    }  # fmt: skip


def agreement_body(controller_id: str, **more: Any) -> dict[str, Any]:
    """The body of POST /agreements that lacks nothing of Art. 28(3)."""
    return {"controller_id": controller_id, **agreement_content(), **more}


def agreement_content(**more: Any) -> dict[str, Any]:
    return {
        "template_id": "tpl_art28_v1", "language": "da", "governing_law": "DK",
        "processing": {
            "subject_matter": "Hosting of a case system", "duration": "As long as the service",
            "nature": "Storage and support", "purpose": "Running the case system",
            "data_categories": ["names", "e-mail addresses"], "data_subjects": ["tenants"],
            "special_categories": False, "obligations_and_rights": None,
        },
        "authorisation": "general", "notice_terms": notice_terms(),
        "clauses": {
            "instructions": "In writing, transfers included.", "confidentiality": "All staff.",
            "security": "Encryption and backups.", "sub_processors": "General authorisation.",
            "data_subject_rights": "Within three days.", "assistance": "On request.",
            "end_of_processing": "controllers_choice", "audit": "Once a year.",
            "unlawful_instructions": None, "flow_down": None, "liability": None,
            "sub_processor_audit": None,
        },
        "transfer_instructions": "To the United States, to companies on the DPF list only.",
        "breach_notice_hours": 24, "deletion_days": 30, "products": ["case-system"],
        "effective_from": "2026-11-01", **more,
    }  # fmt: skip


def evidence_of_dpf(**more: Any) -> dict[str, Any]:
    return {"participant": "Mailer Inc.", "covered_data": ["non_hr"], "status": "Active",
            "certified_on": "2025-06-01", "checked_on": "2026-11-02", "due_on": "2027-06-01",
            **more}  # fmt: skip


def evidence_of_scc(**more: Any) -> dict[str, Any]:
    return {"module": 3, "signed_on": "2026-11-01", "tia_reference": "TIA-7",
            "tia_on": "2026-11-02",
            "tia_review_on": "2027-11-02", **more}  # fmt: skip


def sub_processor(**more: Any) -> dict[str, Any]:
    """An entry that lacks nothing: an e-mail provider in the US, DPF first, SCC module 3 behind.

    It is certified under its own name.
    """
    certified = evidence_of_dpf(participant=more.get("legal_name", "Mailer Inc."))
    return {
        "legal_name": "Mailer Inc.", "registration_number": "DE 5512345", "country": "US",
        "address": {"street": "1 Main Street", "postal_code": "94105", "city": "San Francisco",
                    "country": "US"},
        "website": "https://mailer.example",
        "contact": {"name": "Jo Doe", "position": "Privacy counsel", "email": "jo@mailer.example"},
        "purpose": {"en": "Sending e-mail", "da": "Udsendelse af e-mail",
                    "sv": "Utskick av e-post"},
        "categories": ["email"], "data_categories": ["contact data"], "data_subjects": ["users"],
        "special_categories": False, "products": [], "required": True, "affiliate": False,
        "ai_use": "none", "hr_data": "no", "relation": "processor_processor",
        "data_combined": None, "exporter_is_public_authority": None,
        "flow_down": {"reference": "SPA-7", "signed_on": "2026-11-01"},
        "locations": [{"country": "US", "kind": "storage", "mechanisms": [
            {"instrument_id": "eu-us-dpf", "role": "primary", "evidence": certified},
            {"instrument_id": "scc-2021-914", "role": "fallback", "evidence": evidence_of_scc()},
        ]}],
        **more,
    }  # fmt: skip
