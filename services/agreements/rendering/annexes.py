"""The parts of a document after the terms: the annexes, and the page of acceptance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.agreements.contract.annex import DEAD
from services.agreements.contract.contents import Processing
from services.agreements.contract.wording import SUBJECTS
from services.agreements.model.agreement import PARTIES, Acceptance, Version
from services.agreements.rendering.parts import Members, Rows, facts, party, retention
from services.agreements.rendering.words import Words

# The annex of each subject, by template: Commission clauses I to IV, Danish appendices A to D.
PLACES: dict[str, dict[str, tuple[str, ...]]] = {
    "eu-2021-915": {"I": ("parties",), "II": ("processing",), "III": ("measures",),
                    "IV": ("sub_processors",)},
    "dk-sa": {"A": ("processing",), "B": ("sub_processors",), "C": ("measures",),
              "D": ()},
}  # fmt: skip
NUMBERED: dict[str, tuple[str, ...]] = {
    str(number): (subject,) for number, subject in enumerate(SUBJECTS, 1)
}


def annexes(
    words: Words, members: Members, places: Mapping[str, tuple[str, ...]]
) -> list[dict[str, Any]]:
    """The annexes in their order, each with its own words from the template if it has any."""
    if "signed_document" in members:
        return []
    contract = members.get("contract") or {}
    if "official_file" in contract:
        return [_filled(words, members, annex) for annex in contract["annexes"]]
    kind = str(members["template"].get("kind"))
    label = words("appendix" if kind == "dk-sa" else "annex")
    wording = _wording(members["template"], places)
    numbered = [
        _annex(words, members, subjects, f"{label} {number}. ", wording.get(number))
        for number, subjects in (places or NUMBERED).items()
    ]
    # A text with no place for a subject has it at the end, under a heading of its own.
    named = {subject for subjects in (places or NUMBERED).values() for subject in subjects}
    left = [(subject,) for subject in SUBJECTS if subject not in named]
    return [*numbered, *(_annex(words, members, subjects, "", None) for subjects in left)]


def _filled(words: Words, members: Members, annex: Members) -> dict[str, Any]:
    """An annex of an official text, as it was filled in; the list stands at its own point."""
    points = [{"heading": point["heading"], "paragraphs": point["paragraphs"],
               "sub_processors": _list(words, members) if point["lists"] else None}
              for point in annex["points"]]  # fmt: skip
    return {"heading": annex["heading"], "text": None, "tables": [], "points": points,
            "sub_processors": None}  # fmt: skip


def _wording(template: Members, places: Mapping[str, tuple[str, ...]]) -> dict[str, Members]:
    """What the template says in each annex. An official text has sections for its annexes, by their
    letters; any other one names them by subject, apart from its sections."""
    if places:
        return {section["number"]: section for section in template["sections"]}
    numbers = {subjects[0]: number for number, subjects in NUMBERED.items()}
    return {numbers[annex["subject"]]: annex for annex in template.get("annexes") or ()}


def _annex(
    words: Words, members: Members, subjects: Sequence[str], label: str, wording: Members | None
) -> dict[str, Any]:
    lists, points = "sub_processors" in subjects, _points(members, subjects)
    tabled = () if lists or points else subjects
    tables = [_annex_tables(words, members, subject) for subject in tabled]
    return {
        "heading": f"{label}{_annex_heading(words, wording, subjects)}",
        "text": wording["text"] if wording else None,
        "tables": [table for each in tables for table in each],
        "points": points,
        "sub_processors": _list(words, members) if lists else None,
    }


def _points(members: Members, subjects: Sequence[str]) -> list[dict[str, Any]]:
    """The annex in sentences, as it was frozen; documents of before have tables of facts."""
    annexes = (members.get("contract") or {}).get("annexes") or ()
    return [{"heading": point["heading"], "paragraphs": point["paragraphs"], "sub_processors": None}
            for annex in annexes if annex["subject"] in subjects
            for point in annex["points"]]  # fmt: skip


def _annex_heading(words: Words, wording: Members | None, subjects: Sequence[str]) -> str:
    if wording:
        return str(wording["heading"])
    keys = {"parties": "parties_detail", "sub_processors": "sub_processor_list"}
    return words(keys.get(subjects[0], subjects[0]))


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
        "as_of": f"{words('as_of')} {words.day(annex['as_of'])}" if annex["register"] else None,
        "remark": _remark(words, (*annex["items"], *coming)),
        "empty": None if annex["items"] or coming else empty,
        "columns": [words(key) for key in ("name_and_address", "purpose_and_data", "places")],
        "rows": [_sub_processor(words, entry) for entry in (*annex["items"], *coming)],
    }


def _remark(words: Words, rows: Sequence[Members]) -> str | None:
    """A plain remark where data may not go to a place as things stand: its basis is dead, or there
    is none. The lines of the list say why."""
    dead = {row["legal_name"]: None for row in rows for place in row["places"]
            if (place.get("verdict") or {}).get("status") in DEAD}  # fmt: skip
    return words("without_basis").replace("{}", ", ".join(dead)) if dead else None


def _sub_processor(words: Words, members: Members) -> dict[str, Any]:
    number = members["registration_number"]
    change = members.get("kind")
    day = (
        words(f"coming_{change}").replace("{}", words.day(members["effective_on"]))
        if change
        else None
    )
    enabled = words("only_if_enabled") if members.get("stage") == "only_if_enabled" else None
    by = members.get("engaged_by")
    engaged = words("engaged_by").replace("{}", by) if by else None
    where = _address(words, members["address"]) or words.country(members["country"] or "")
    who = [day, enabled, engaged, number, where, members["contact"]]
    data = [", ".join(members["data_categories"]), ", ".join(members["data_subjects"])]
    return {
        "name": members["legal_name"],
        "who": [line for line in who if line],
        "what": [line for line in (members["purpose"], *data, _products(words, members)) if line],
        "where": [_place(words, place) for place in members["places"]],
    }


def _products(words: Words, members: Members) -> str | None:
    named = members.get("products")
    return f"{words('products')}: {', '.join(named)}" if named else None


def _address(words: Words, address: str | None) -> str | None:
    """The address as the list has it, its country by name."""
    line, _, code = (address or "").rpartition(", ")
    return f"{line}, {words.country(code)}" if line else address


def _place(words: Words, place: Members) -> str:
    kinds = {"processing": "processing_place", "remote_access": "remote_access"}
    kind = words.value(kinds.get(str(place["kind"]), place["kind"] or "none"))
    where = ", ".join(part for part in (words.country(place["country"]), place["region"]) if part)
    named = "; ".join(_basis(words, basis) for basis in place["bases"])
    bases = f": {named}" if named else ""
    return f"{where} ({kind}){bases}{_verdict(words, place.get('verdict'))}"


def _basis(words: Words, basis: Any) -> str:
    """A basis by its name, and when it ended; documents of before have the name alone."""
    if isinstance(basis, str):
        return basis
    ended = (
        words("basis_ended").replace("{}", words.day(basis["ended_on"]))
        if basis["ended_on"]
        else ""
    )
    remarks = [remark for remark in (_foreign(words, basis["language"]), ended) if remark]
    return f"{basis['name']} ({', '.join(remarks)})" if remarks else str(basis["name"])


def _verdict(words: Words, verdict: Members | None) -> str:
    """What the law says of the place on the day of the list, with the reason where data may not go
    there as things stand."""
    if verdict is None:
        return ""
    said = words(f"verdict_{verdict['status']}")
    if verdict["status"] not in (*DEAD, "unproven"):
        return f" – {said}"
    foreign = _foreign(words, verdict["language"])
    return f" – {said}: {verdict['reason']}{f' ({foreign})' if foreign else ''}"


def _foreign(words: Words, language: str) -> str:
    """The mark of a text that is there in English alone."""
    return "" if language == words.language else words("in_english")


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
        (words("mail"), signed.email), (words("when"), words.instant(signed.at)),
        (words("client"), signed.client_id), (words("network_address"), signed.address),
        (words("standing"), words.instant(signed.standing_since) if signed.standing_since else ""),
        (words("document_hash"), signed.document_sha256), *_evidence(words, signed),
    ]  # fmt: skip
    return [(label, text) for label, text in rows if text]


def _evidence(words: Words, signed: Acceptance) -> Rows:
    """What was signed outside, and when: its file is kept beside the document."""
    if signed.evidence_sha256 is None:
        return []
    day = words.day(signed.signed_on.isoformat()) if signed.signed_on else ""
    return [(words(f"method_{signed.method}"), day or words.instant(signed.at)),
            (words("evidence_hash"), signed.evidence_sha256)]  # fmt: skip
