"""The parts of a document after the terms: the annexes, and the page of acceptance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.agreements.contract.contents import Processing
from services.agreements.model.agreement import PARTIES, Acceptance, Version
from services.agreements.rendering.parts import Members, Rows, facts, party, retention
from services.agreements.rendering.words import Words
from shared.times import format_instant

# The annex of each subject, by template: Commission clauses I to IV, Danish appendices A to D.
PLACES: dict[str, dict[str, tuple[str, ...]]] = {
    "eu-2021-915": {"I": ("parties",), "II": ("processing",), "III": ("measures",),
                    "IV": ("sub_processors",)},
    "dk-sa": {"A": ("processing",), "B": ("sub_processors",), "C": ("measures",),
              "D": ("parties",)},
}  # fmt: skip
NUMBERED: dict[str, tuple[str, ...]] = {
    "1": ("parties",), "2": ("processing",), "3": ("measures",), "4": ("sub_processors",),
}  # fmt: skip


def annexes(
    words: Words, members: Members, places: Mapping[str, tuple[str, ...]]
) -> list[dict[str, Any]]:
    """The annexes in their order, each with its own words from the template if it has any."""
    if "signed_document" in members:
        return []
    kind = str(members["template"].get("kind"))
    label = words("appendix" if kind == "dk-sa" else "annex")
    wording = {section["number"]: section for section in members["template"]["sections"]}
    return [
        {
            "heading": f"{label} {number}. {_annex_heading(words, wording.get(number), names)}",
            "text": wording[number]["text"] if number in wording else None,
            "tables": [] if "sub_processors" in names else _annex_tables(words, members, names[0]),
            "sub_processors": _list(words, members) if "sub_processors" in names else None,
        }
        for number, names in (places or NUMBERED).items()
    ]


def _annex_heading(words: Words, section: Members | None, names: Sequence[str]) -> str:
    if section:
        return str(section["heading"])
    keys = {"parties": "parties_detail", "sub_processors": "sub_processor_list"}
    return words(keys.get(names[0], names[0]))


def _annex_tables(words: Words, members: Members, name: str) -> list[dict[str, Any]]:
    if name == "parties":
        return [{"heading": words(role), "rows": party(words, members[role])}
                for role in reversed(PARTIES)]  # fmt: skip
    if name == "processing":
        return [{"heading": None, "rows": _processing(words, members["processing"])}]
    measures = members.get("measures") or {}
    rows = [(words(kind), "\n".join(measures.get(kind) or ()) or words("missing"))
            for kind in ("technical", "organisational")]  # fmt: skip
    if measures.get("special_categories"):
        rows.append((words("special_categories"), "\n".join(measures["special_categories"])))
    return [{"heading": None, "rows": rows}]


def _processing(words: Words, members: Members) -> Rows:
    kept = members.get("retention") or ()
    rows = facts(words, members, Processing, apart=("retention",))
    lines = [retention(words, each) for each in kept]
    return [*rows, (words("retention"), "\n".join(lines))] if lines else rows


def _list(words: Words, members: Members) -> dict[str, Any]:
    """The sub-processors as a table, coming changes last; where there are none, the sentence that
    says so."""
    annex = members["sub_processors"]
    coming = annex.get("coming") or ()
    empty = words("no_sub_processors" if annex["register"] else "no_register")
    return {
        "as_of": f"{words('as_of')} {annex['as_of']}" if annex["register"] else None,
        "empty": None if annex["items"] or coming else empty,
        "columns": [words(key) for key in ("name_and_address", "purpose_and_data", "places")],
        "rows": [_sub_processor(words, entry) for entry in (*annex["items"], *coming)],
    }


def _sub_processor(words: Words, members: Members) -> dict[str, Any]:
    number = members["registration_number"]
    change = members.get("kind")
    day = words(f"coming_{change}").replace("{}", members["effective_on"]) if change else None
    who = [day, number, members["address"] or members["country"], members["contact"]]
    data = [", ".join(members["data_categories"]), ", ".join(members["data_subjects"])]
    return {
        "name": members["legal_name"],
        "who": [line for line in who if line],
        "what": [line for line in (members["purpose"], *data) if line],
        "where": [_place(words, place) for place in members["places"]],
    }


def _place(words: Words, place: Members) -> str:
    kinds = {"processing": "processing_place", "remote_access": "remote_access"}
    kind = words.value(kinds.get(str(place["kind"]), place["kind"] or "none"))
    where = "-".join(part for part in (place["country"], place["region"]) if part)
    bases = f": {'; '.join(place['bases'])}" if place["bases"] else ""
    return f"{where} ({kind}){bases}"


def acceptance_page(
    words: Words, version: Version, accepted: Sequence[Acceptance]
) -> dict[str, Any]:
    """Who accepted, for whom, when, by which client, from where, and which document."""
    by_party = {
        acceptance.party: acceptance
        for acceptance in accepted
        if acceptance.version == version.version
    }
    complete = len(by_party) == len(PARTIES)
    return {
        "heading": words("acceptances"),
        "text": words("accepted_text" if complete else "waiting_text"),
        "parties": [
            {"role": words(side), "rows": _signature(words, version, side, by_party.get(side))}
            for side in reversed(PARTIES)
        ],
        "hash": [words("document_hash"), version.document_sha256],
    }


def _signature(words: Words, version: Version, side: str, signed: Acceptance | None) -> Rows:
    name = getattr(version, side).legal_name
    if signed is None:
        return [(words("party"), name), (words("when"), words("waiting"))]
    rows = [
        (words("party"), name), (words("name"), signed.name), (words("position"), signed.title),
        (words("mail"), signed.email), (words("when"), format_instant(signed.at)),
        (words("client"), signed.client_id), (words("network_address"), signed.address),
        (words("standing"), format_instant(signed.standing_since) if signed.standing_since else ""),
        (words("document_hash"), signed.document_sha256),
    ]  # fmt: skip
    return [(label, text) for label, text in rows if text]
