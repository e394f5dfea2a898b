"""Everything a document says, in words and in order, for the page and for the PDF alike."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from services.agreements.contents import Clauses, Processing, Terms
from services.agreements.model import PARTIES, Acceptance, Version
from services.agreements.rendering.words import Words
from shared.times import format_instant

Rows = list[tuple[str, str]]
Told = Mapping[str, Any]

# Which annex of the template holds what: Commission clauses I to IV, Danish appendices A to D.
PLACES: dict[str, dict[str, tuple[str, ...]]] = {
    "eu-2021-915": {"I": ("parties",), "II": ("processing",), "III": ("measures",),
                    "IV": ("sub_processors",)},
    "dk-sa": {"A": ("processing",), "B": ("sub_processors",), "C": ("measures",),
              "D": ("parties",)},
}  # fmt: skip
NUMBERED: dict[str, tuple[str, ...]] = {
    "1": ("parties",), "2": ("processing",), "3": ("measures",), "4": ("sub_processors",),
}  # fmt: skip


def laid_out(version: Version, accepted: Sequence[Acceptance] = ()) -> dict[str, Any]:
    """The whole document. Reads only the frozen document and the acceptances of it."""
    told = json.loads(version.document)
    words = Words(told["language"])
    template = told["template"]
    made_on = datetime.fromisoformat(told["made_at"]).date().isoformat()
    places = PLACES.get(str(template.get("kind")), {})
    return {
        "language": told["language"].partition("-")[0],
        "title": words("title"),
        "version": f"{words('version')} {told['version']} · {made_on} · {told['agreement_id']}",
        "page": words("page"), "of": words("of"),
        "reference": [words("reference"), template["reference"]] if template["reference"] else None,
        "notes": _notes(words, told),
        "parties": [
            {"role": words(role), "lines": _party_lines(told[role])} for role in reversed(PARTIES)
        ],
        "terms": words("terms"),
        "sections": [each for each in template["sections"] if each["number"] not in places],
        "tables": _tables(words, told),
        "annexes": _annexes(words, told, places),
        "acceptance": _acceptance_page(words, version, accepted),
        "fingerprint": [words("fingerprint"), version.document_sha256],
    }  # fmt: skip


def _tables(words: Words, told: Told) -> list[dict[str, Any]]:
    tables = [
        {"heading": words("answers"), "rows": _answers(words, told)},
        {"heading": words("notice"), "rows": _notice(words, told)},
        {"heading": words("other"), "rows": _other(words, told)},
    ]
    amends = told.get("amends")
    if amends and amends["changes"]:
        heading = f"{words('amends')} {amends['version']}"
        tables.insert(0, {"heading": heading, "rows": _changed(words, amends["changes"])})
    return tables


def _annexes(
    words: Words, told: Told, places: Mapping[str, tuple[str, ...]]
) -> list[dict[str, Any]]:
    """The annexes in their order, each with its own words from the template if it has any."""
    if "signed_document" in told:
        return []
    kind = str(told["template"].get("kind"))
    label = words("appendix" if kind == "dk-sa" else "annex")
    wording = {each["number"]: each for each in told["template"]["sections"]}
    return [
        {
            "heading": f"{label} {number}. {_annex_heading(words, wording.get(number), names)}",
            "text": wording[number]["text"] if number in wording else None,
            "tables": [] if "sub_processors" in names else _annex_tables(words, told, names[0]),
            "sub_processors": _list(words, told) if "sub_processors" in names else None,
        }
        for number, names in (places or NUMBERED).items()
    ]


def _annex_heading(words: Words, section: Told | None, names: Sequence[str]) -> str:
    if section:
        return str(section["heading"])
    keys = {"parties": "parties_detail", "sub_processors": "sub_processor_list"}
    return words(keys.get(names[0], names[0]))


def _annex_tables(words: Words, told: Told, name: str) -> list[dict[str, Any]]:
    if name == "parties":
        return [{"heading": words(role), "rows": _party(words, told[role])}
                for role in reversed(PARTIES)]  # fmt: skip
    if name == "processing":
        return [{"heading": None, "rows": _facts(words, told["processing"], Processing)}]
    measures = told.get("measures") or {}
    rows = [(words(kind), "\n".join(measures.get(kind) or ()) or words("missing"))
            for kind in ("technical", "organisational")]  # fmt: skip
    return [{"heading": None, "rows": rows}]


def _list(words: Words, told: Told) -> dict[str, Any]:
    """The sub-processors as a table; where there are none, the sentence that says so."""
    annex = told["sub_processors"]
    empty = words("no_sub_processors" if annex["register"] else "no_register")
    return {
        "as_of": f"{words('as_of')} {annex['as_of']}" if annex["register"] else None,
        "empty": None if annex["items"] else empty,
        "columns": [words(key) for key in ("name_and_address", "purpose_and_data", "places")],
        "rows": [_sub_processor(words, each) for each in annex["items"]],
    }


def _sub_processor(words: Words, told: Told) -> dict[str, Any]:
    number = told["registration_number"]
    who = [number, told["address"] or told["country"], told["contact"]]
    data = [", ".join(told["data_categories"]), ", ".join(told["data_subjects"])]
    return {
        "name": told["legal_name"],
        "who": [line for line in who if line],
        "what": [line for line in (told["purpose"], *data) if line],
        "where": [_place(words, each) for each in told["places"]],
    }


def _place(words: Words, place: Told) -> str:
    kinds = {"processing": "processing_place", "remote_access": "remote_access"}
    kind = words.value(kinds.get(str(place["kind"]), place["kind"] or "none"))
    where = "-".join(part for part in (place["country"], place["region"]) if part)
    bases = f": {'; '.join(place['bases'])}" if place["bases"] else ""
    return f"{where} ({kind}){bases}"


def _acceptance_page(
    words: Words, version: Version, accepted: Sequence[Acceptance]
) -> dict[str, Any]:
    """Who accepted, for whom, when, by which client, from where, and which document."""
    by_party = {each.party: each for each in accepted if each.version == version.version}
    complete = len(by_party) == len(PARTIES)
    return {
        "heading": words("acceptances"),
        "text": words("accepted_text" if complete else "waiting_text"),
        "parties": [
            {"role": words(party), "rows": _signature(words, version, party, by_party.get(party))}
            for party in reversed(PARTIES)
        ],
        "hash": [words("document_hash"), version.document_sha256],
    }


def _signature(words: Words, version: Version, party: str, signed: Acceptance | None) -> Rows:
    name = getattr(version, party).legal_name
    if signed is None:
        return [(words("party"), name), (words("when"), words("waiting"))]
    rows = [
        (words("party"), name), (words("name"), signed.name), (words("position"), signed.title),
        (words("mail"), signed.email), (words("when"), format_instant(signed.at)),
        (words("client"), signed.client_id), (words("address_of"), signed.address),
        (words("standing"), format_instant(signed.standing_since) if signed.standing_since else ""),
        (words("document_hash"), signed.document_sha256),
    ]  # fmt: skip
    return [(label, text) for label, text in rows if text]


def _notes(words: Words, told: Told) -> list[str]:
    signed = told.get("signed_document")
    if not signed:
        return []
    return [words("signed_elsewhere"),
            f"{words('signed_on')} {signed['signed_on']} · SHA-256 {signed['sha256']}"]  # fmt: skip


def _changed(words: Words, changes: Sequence[Told]) -> Rows:
    """A row a change: what it is about, and what it was and is."""
    return [(_label(words, each["pointer"]),
             f"{_plain(words, each['before'])} → {_plain(words, each['after'])}")
            for each in changes]  # fmt: skip


def _label(words: Words, pointer: str) -> str:
    parts = [part for part in pointer.split("/") if part]
    return words("sub_processor") if parts[0] == "sub_processors" else words.value(parts[-1])


def _plain(words: Words, value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, dict):
        return "; ".join(_plain(words, each) for each in value.values())
    if isinstance(value, list) and value and not isinstance(value[0], str):
        return "; ".join(_plain(words, each) for each in value)
    return words.value(value)


def _facts(words: Words, told: Told, shape: type) -> Rows:
    return [(words(each.name), words.value(told[each.name])) for each in fields(shape)]


def _answers(words: Words, told: Told) -> Rows:
    rows = _facts(words, told["clauses"], Clauses)
    transfers = (words("transfer_instructions"), words.value(told.get("transfer_instructions")))
    return [rows[0], transfers, *rows[1:]]


def _notice(words: Words, told: Told) -> Rows:
    terms = told["notice_terms"]
    contacts = [_person(each) for each in terms["contacts"]]
    return [
        (words("authorisation"), words.value(told["authorisation"])),
        *_facts(words, terms, Terms),
        (words("channels"), words.value(terms["channels"])),
        (words("contacts"), "\n".join(contacts) or words("missing")),
    ]


def _other(words: Words, told: Told) -> Rows:
    names = ["breach_notice_hours", "deletion_days", "effective_from", "governing_law"]
    names += [name for name in ("backup_days", "region", "expires_on") if told.get(name)]
    products = words.value(told["products"]) if told["products"] else words("all")
    return [*((words(name), words.value(told[name])) for name in names),
            (words("products"), products)]  # fmt: skip


def _party(words: Words, party: Told) -> Rows:
    rows: list[tuple[str, str | None]] = [
        (words("name"), party["legal_name"]),
        (words("registration_number"), party["registration_number"]),
        (words("address_of"), ", ".join(_address_lines(party)) or None),
        (words("contact"), _person(party["contact"]) if party.get("contact") else None),
    ]
    officer = party.get("data_protection_officer")
    rows.append((words("data_protection_officer"), _person(officer) if officer else None))
    return [(label, words.value(text)) for label, text in rows]


def _person(told: Told) -> str:
    return f"{told['name']} ({told['position']}), {told['email']}"


def _party_lines(party: Told) -> list[str]:
    named = [party["legal_name"], party["registration_number"]]
    return [line for line in (*named, *_address_lines(party)) if line]


def _address_lines(party: Told) -> list[str]:
    address = party["address"] or {}
    town = " ".join(address[part] for part in ("postal_code", "city") if part in address)
    country = address.get("country") or party["country"]
    return [line for line in (address.get("street"), town, country) if line]
