"""A registry that answers from memory, with secrets planted where they must not get out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from shared.errors import NotFound, Unavailable

Json = dict[str, Any]
SECRET = "PLANTED-SECRET"

SHIELD = {
    "instrument_id": "eu-us-privacy-shield", "role": "primary", "name": "EU-US Privacy Shield",
    "ended_on": "2020-07-16", "ended_by": "C-311/18", "evidence": {"tia_reference": SECRET},
}  # fmt: skip
SCC = {
    "instrument_id": "scc-2021-914", "role": "fallback",
    "evidence": {"module": 3, "signed_on": "2026-01-15", "tia_reference": SECRET,
                 "tia_on": "2026-01-10"},
}  # fmt: skip
DPF = {
    "instrument_id": "eu-us-dpf", "role": "primary",
    "evidence": {"participant": "Postvogn Inc.", "covered_data": ["non_hr"],
                 "checked_on": "2026-11-01", "due_on": "2027-05-01", "notes": SECRET},
}  # fmt: skip


def verdict(status: str, reason: str, *citations: str) -> Json:
    return {"status": status, "reason": reason, "citations": list(citations), "ends_on": None,
            "working_notes": SECRET}  # fmt: skip


INVALID = verdict("invalid", "Ended on 2020-07-16 by C-311/18, without a grace period.",
                  "C-311/18", "GDPR Art. 45")  # fmt: skip


def entry(name: str, **members: Any) -> Json:
    return {
        "id": f"sub_{name.partition(' ')[0].lower()}", "version": 1, "legal_name": name,
        "registration_number": None, "address": {}, "country": "US",
        "website": "https://example.com",
        "contact": {"name": SECRET, "position": SECRET, "email": f"{SECRET}@example.com"},
        "purpose": {"en": "Sends e-mail.", "da": "Sender e-mail.", "sv": "Skickar e-post."},
        "categories": ["email"], "data_categories": ["contact data"],
        "data_subjects": ["customers"], "special_categories": False, "products": ["cloud"],
        "required": True, "affiliate": False, "ai_use": "none", "parent_id": None,
        "flow_down": {"reference": SECRET, "signed_on": "2024-02-01"}, "certifications": [],
        "retention": "", "locations": [], "valid_from": "2018-05-25", "valid_to": None,
        "listed_since": members.get("valid_from", "2018-05-25"), "listed_until": None,
        "next_change": None, "internal_note": SECRET, **members,
    }  # fmt: skip


def place(country: str, judged: Json, *mechanisms: Json, kind: str = "storage") -> Json:
    return {"country": country, "region": None, "kind": kind, "mechanisms": list(mechanisms),
            "verdict": judged}  # fmt: skip


STAYS = verdict("no_transfer", "Ireland is in the EEA.", "GDPR Art. 44")
GOOGLE = entry("Google LLC", categories=["email", "calendar"], purpose="e-mail and calendar",
               locations=[place("US", INVALID, SHIELD)])  # fmt: skip
AMAZON = entry("Amazon Web Services", categories=["hosting"], purpose={"en": "Hosts the platform."},
               locations=[place("IE", STAYS), place("US", INVALID, SHIELD)])  # fmt: skip
CHILD = entry("Nordlys Drift ApS", country="DK", categories=["support"], parent_id="sub_amazon",
              affiliate="not_stated", ai_use="not_stated", stated_on={"required": "2026-03-01"},
              locations=[place("DK", STAYS, kind="processing")])  # fmt: skip
VALID = verdict("valid", "Listed under the Data Privacy Framework.", "(EU) 2023/1795")
POSTVOGN = entry("Postvogn Inc.", locations=[place("US", VALID, DPF, SCC)], valid_from="2026-12-24")
LATER = verdict("unproven", "The module and the date are not recorded.", "(EU) 2021/914")


def change(id_: str, kind: str, status: str, sequence: int, **members: Any) -> Json:
    return {"id": id_, "kind": kind, "status": status, "announced_at": "2026-11-22T13:00:00.000Z",
            "effective_on": "2026-12-24", "reason": "One provider for all mail.",
            "materiality": ["new_entity"], "sub_processor": None, "previous": None,
            "sequence": sequence, "approvers": [SECRET], **members}  # fmt: skip


CHANGES = [
    change("chg_mail", "add", "announced", 5, sub_processor=POSTVOGN),
    change("chg_aws", "modify", "announced", 6, previous=AMAZON, effective_on="2027-01-15",
           sub_processor={**AMAZON, "locations": [place("IE", STAYS), place("US", LATER, SCC)]},
           materiality=["basis_downgraded"], reason=None),
    change("chg_old", "remove", "in_effect", 3, previous=entry("Gammel Post ApS"),
           effective_on="2026-03-01", announced_at="2026-01-20T09:00:00.000Z"),
    change("chg_gone", "add", "withdrawn", 4, sub_processor=entry("Hastværk Ltd")),
    change("chg_draft", "add", "draft", 7, sub_processor=entry("Draft Secret Ltd")),
]  # fmt: skip
DIFF: list[Json] = [
    {"kind": "added", "id": "sub_postvogn", "legal_name": "Postvogn Inc.", "fields": []},
    {"kind": "modified", "id": "sub_amazon", "legal_name": "Amazon Web Services", "fields": [
        {"field": "country", "before": "LU", "after": "US"},
        {"field": "contact", "before": {"name": SECRET}, "after": {"name": "b"}},
        {"field": "flow_down", "before": {"reference": SECRET}, "after": {"reference": "x"}},
        {"field": "contact.email", "before": SECRET, "after": "b"},
    ]},
]  # fmt: skip
LEDGER: list[Json] = [
    {"stream": "processor:org_1", "sequence": 1, "type": "register.adopted",
     "at": "2026-01-01T00:00:00.000Z", "actor": "cli_1", "data": {"slug": "tempus-serva"},
     "previous_hash": "0" * 64, "hash": "a" * 64, "private": {"email": SECRET}},
    {"stream": "processor:org_1", "sequence": 2, "type": "sub_processor.change.announced",
     "at": "2026-01-02T00:00:00.000Z", "actor": "cli_1", "previous_hash": "a" * 64,
     "hash": "b" * 64, "data": {"sub_processor": {"contact": {"name": SECRET}}}},
    {"stream": "processor:org_1", "sequence": 9, "type": "later", "previous_hash": "b" * 64,
     "hash": "c" * 64, "at": "2026-01-03T00:00:00.000Z", "actor": "cli_1", "data": {}},
]  # fmt: skip


class FakeRegistry:
    """``head`` may be moved, ``away`` may be set; ``asked`` counts the questions."""

    def __init__(self) -> None:
        self.entries, self.all_changes = [GOOGLE, AMAZON, CHILD], list(CHANGES)
        self.matters: list[Json] = []
        self.sequence, self.away, self.asked = 2, False, Counter[str]()
        self.published = True
        self.page: Json = {}

    def _answer(self, question: str, slug: str = "tempus-serva") -> None:
        self.asked[question] += 1
        if self.away:
            raise Unavailable
        if slug != "tempus-serva":
            raise NotFound

    def processor(self, slug: str) -> Json:
        self._answer("processor", slug)
        return {"id": "org_1", "slug": slug, "legal_name": "Tempus Serva ApS", "country": "DK",
                "address": {"street": "Blokken 15", "postal_code": "3460", "city": "Birkerød",
                            "country": "DK"},
                "locale": "da", "website": "javascript:alert(1)", "bank_account": SECRET,
                "privacy_contact": "privacy@tempusserva.dk", "sequence": self.sequence,
                "updated_at": "2026-11-20T10:00:00.000Z", "changed_on": "2026-11-20",
                "head_hash": "b" * 64, "published": self.published,
                "page": self.page}  # fmt: skip

    def processors(self) -> list[Json]:
        self._answer("processors")
        return [self.processor("tempus-serva")]

    def sub_processors(self, slug: str, as_of: str | None) -> list[Json]:
        self._answer("sub_processors", slug)
        later = [POSTVOGN] if as_of and as_of >= "2026-12-24" else []
        return self.entries + later

    def changes(self, slug: str) -> list[Json]:
        self._answer("changes", slug)
        return self.all_changes

    def diff(self, slug: str, from_: str, to: str) -> list[Json]:
        self._answer("diff", slug)
        return DIFF if from_ != to else []

    def ledger(self, slug: str, after: int) -> Iterator[Json]:
        self._answer("ledger", slug)
        return (one for one in LEDGER if one["sequence"] > after)

    def checkpoints(self, slug: str) -> list[Json]:
        self._answer("checkpoints", slug)
        return []

    def checkpoint_keys(self) -> list[Json]:
        self._answer("checkpoint_keys")
        return []

    def slug_at(self, host: str) -> str | None:
        self._answer("slug_at")
        return "tempus-serva" if host == "subprocessors.vendor.example" else None

    def logo(self, slug: str) -> bytes:
        self._answer("logo", slug)
        return b"\x89PNG picture"

    def pending_law(self, as_of: str) -> list[Json]:
        self._answer("pending_law")
        return self.matters


class FakeDocuments:
    def document(self, name: str) -> Json:
        return {
            "openapi": "3.1.0", "info": {"title": name, "version": "v1"},
            "paths": {"/v1/things": {"post": {
                "tags": ["things"], "summary": "Make a <thing>",
                "parameters": [{"name": "as_of", "in": "query", "description": "A day"}],
                "requestBody": {"content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/Thing"}}}},
                "responses": {"201": {"description": "Made", "content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/Thing"}}}}}}}},
            "components": {"schemas": {"Thing": {"required": ["id"], "properties": {
                "id": {"type": "string"}, "days": {"type": "array", "items": {
                    "type": "string", "format": "date"}}}}}},
        }  # fmt: skip
