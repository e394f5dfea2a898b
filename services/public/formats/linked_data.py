"""The list as JSON-LD: W3C DPV 2.3 for the roles and the transfers, schema.org for the parties.

DPV has no term for a module of the standard clauses or for a listing under the Data Privacy
Framework; those stand under this product's own prefix ``art28``.
"""

from __future__ import annotations

from typing import Any

from services.public.catalogue import LANGUAGES, words
from services.public.groups import CHOSEN, PLANNED, grouped, recipients
from services.public.page_text import count_verdicts
from services.public.register import Register
from services.public.verdict_text import law_name

Json = dict[str, Any]

CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "loc": "https://w3id.org/dpv/loc#",
    "dct": "http://purl.org/dc/terms/",
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "art28": "urn:art28:terms:",
}
CONDITIONS = {
    "storage": ("dpv:hasStorageCondition", "dpv:StorageLocation"),
    "processing": ("dpv:hasProcessingCondition", "dpv:ProcessingLocation"),
}
# The article of the GDPR an instrument rests on, by how its id begins; the first match counts.
# Instruments of British and Swiss law have no concept in DPV's GDPR module.
LEGAL_BASES = (
    ("scc-authority", "A46-2-d"), ("scc", "A46-2-c"), ("bcr", "A46-2-b"),
    ("code-of-conduct", "A46-2-e"), ("certification", "A46-2-f"), ("public-bodies", "A46-2-a"),
    ("ad-hoc", "A46-3-a"), ("administrative-arrangement", "A46-3-b"),
    ("derogation-legitimate-interests", "A49-2"),
    *((f"derogation-{letter}", f"A49-1-{letter}") for letter in "abcdefg"),
    ("adequacy", "A45-3"), ("eu-us", "A45-3"), ("us-safe", "A45-3"),
)  # fmt: skip


# Those that are no recipients of the vendor's: planned, or chosen by the customer.
APART = {PLANNED: "art28:planned", CHOSEN: "art28:chosenByCustomer"}
# What the vendor states of an entry, or "not_stated"; DPV has no terms for it.
FACTS = {
    "ai_use": "art28:aiUse",
    "special_categories": "art28:specialCategories",
    "required": "art28:required",
    "affiliate": "art28:affiliate",
    "stage": "art28:stage",
}


def as_linked_data(register: Register) -> Json:
    processor = register.processor
    return {
        "@context": CONTEXT,
        "@id": f"{register.url}.jsonld?as_of={register.day}",
        "@type": "dpv:Process",
        "dct:issued": day(register.day.isoformat()),
        "schema:version": str(processor.get("sequence") or 0),
        "art28:tally": tallied(register),
        "dpv:hasDataProcessor": [
            {"@id": register.url, "@type": "dpv:DataProcessor", **party(processor)},
            *(sub_processor(register, entry) for entry in recipients(register.entries)),
        ],
        **apart(register),
    }


def apart(register: Register) -> Json:
    """The entries that are no sub-processors of the vendor, or none yet, by their group."""
    return {
        APART[group]: [sub_processor(register, entry) for entry in entries]
        for group, entries in grouped(register.entries)
        if group in APART
    }


def tallied(register: Register) -> list[Json]:
    """How many places have which verdict; entries that state no place are counted as such."""
    return [
        {"art28:verdict": status, "art28:count": number}
        for status, number in count_verdicts(register.entries)
    ]


def party(who: Json) -> Json:
    country, address = who.get("country"), who.get("address") or {}
    return filled(
        {
            "schema:legalName": who.get("legal_name"),
            "schema:identifier": who.get("registration_number"),
            "schema:url": who.get("website"),
            "dpv:hasCountry": {"@id": f"loc:{country}"} if country else None,
            "schema:address": postal(address) if address else None,
        }
    )


def postal(address: Json) -> Json:
    return filled(
        {
            "@type": "schema:PostalAddress",
            "schema:streetAddress": address.get("street"),
            "schema:postalCode": address.get("postal_code"),
            "schema:addressLocality": address.get("city"),
            "schema:addressCountry": address.get("country"),
        }
    )


def sub_processor(register: Register, entry: Json) -> Json:
    engaged_by = entry.get("parent_id")
    parent = f"{register.url}/sub-processors/{engaged_by}" if engaged_by else register.url
    places: dict[str, list[Json]] = {}
    for location in entry.get("locations") or []:
        condition, kind = CONDITIONS.get(location.get("kind", ""), ("art28:remoteAccess", ""))
        places.setdefault(condition, []).append(place(location, kind, register.day.isoformat()))
    return filled(
        {
            "@id": f"{register.url}/sub-processors/{entry['id']}",
            "@type": "dpv:DataSubProcessor" if recipients([entry]) else None,
            **party(entry),
            "schema:brand": entry.get("brand"),
            "dct:description": described(entry.get("purpose")),
            "art28:engagedBy": {"@id": parent},
            "dct:source": entry.get("evidence_url"),
            "schema:validFrom": day(entry.get("listed_since")),
            "schema:validThrough": day(entry.get("listed_until")),
            "art28:nextChange": next_change(register, entry),
            **{term: entry.get(name) for name, term in FACTS.items()},
            **places,
        }
    )


def next_change(register: Register, entry: Json) -> Json | None:
    """What changes the entry next, as far as it is announced."""
    change = entry.get("next_change")
    if not change:
        return None
    return {
        "@id": f"{register.url}/changes/{change['change_id']}",
        "art28:kind": change["kind"],
        "dct:date": day(change["effective_on"]),
    }


def described(purpose: object) -> object:
    if isinstance(purpose, dict):
        return [{"@value": text, "@language": tag} for tag, text in purpose.items()]
    return purpose


def place(location: Json, kind: str, on: str) -> Json:
    verdict = location.get("verdict") or {}
    return filled(
        {
            "@type": kind or None,
            **party(
                {"country": location.get("country"), "legal_name": location.get("organisation")}
            ),
            "art28:verdict": verdict.get("status"),
            "art28:law": law(verdict),
            "art28:verdictByLaw": [by_law(one) for one in verdict.get("by_regime") or []],
            "art28:transfer": [transfer(one, on) for one in location.get("mechanisms") or []],
        }
    )


def law(verdict: Json) -> Json | None:
    """The law a verdict was made under, by its code and in words."""
    code = verdict.get("regime")
    if not code:
        return None
    names = [{"@value": law_name(verdict, words(tag)), "@language": tag} for tag in LANGUAGES]
    return {"@id": f"art28:{code}", "schema:name": names}


def by_law(verdict: Json) -> Json:
    """What one of several laws says; the strictest stands first."""
    reason = verdict.get("reason_by_language") or verdict.get("reason")
    return filled(
        {
            "art28:law": law(verdict),
            "art28:verdict": verdict.get("status"),
            "dct:description": described(reason),
            "schema:validThrough": day(verdict.get("ends_on")),
        }
    )


def transfer(mechanism: Json, on: str) -> Json:
    """What a transfer is said to rest on; what has ended by that day is no legal basis."""
    code, evidence = str(mechanism.get("instrument_id")), mechanism.get("evidence") or {}
    has_ended = bool(mechanism.get("ended_on")) and str(mechanism["ended_on"]) <= on
    basis = next((basis for start, basis in LEGAL_BASES if code.startswith(start)), "")
    return filled(
        {
            "dpv:hasLegalBasis": {"@id": f"eu-gdpr:{basis}"} if basis and not has_ended else None,
            "art28:endedOn": day(mechanism.get("ended_on")) if has_ended else None,
            "art28:instrument": code,
            "art28:role": mechanism.get("role"),
            "art28:module": evidence.get("module"),
            "art28:participant": evidence.get("participant"),
            "dct:source": mechanism.get("source"),
        }
    )


def day(value: str | None) -> Json | None:
    return {"@value": value, "@type": "xsd:date"} if value else None


def filled(members: Json) -> Json:
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}
