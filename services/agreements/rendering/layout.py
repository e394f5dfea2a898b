"""Lay out the whole text of a document, in order, for the page and the PDF alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.agreements.contract.contents import Clauses
from services.agreements.contract.sentences.phrases import Phrases
from services.agreements.contract.wording import SPOKEN
from services.agreements.model.agreement import PARTIES, Acceptance, Version
from services.agreements.rendering import periods, promises
from services.agreements.rendering.annexes import PLACES, acceptance_page, annexes
from services.agreements.rendering.parts import (
    Members,
    Rows,
    facts,
    party_address,
    party_lines,
    person,
)
from services.agreements.rendering.words import Words


def laid_out(version: Version, accepted: Sequence[Acceptance] = ()) -> dict[str, Any]:
    """The whole document. Reads only the frozen document and the acceptances of it."""
    members = json.loads(version.document)
    words = Words(members["language"])
    template = members["template"]
    made_on = datetime.fromisoformat(members["made_at"]).date().isoformat()
    places = PLACES.get(str(template.get("kind")), {})
    return {
        "language": words.language,
        "title": words("title"),
        "full_title": _title(words, members),
        "version": " · ".join((
            f"{words('version')} {members['version']}", words.day(made_on),
            members["agreement_id"],
        )),
        "page": words("page"), "of": words("of"),
        "reference": _reference(words, members),
        "notes": _notes(words, members),
        "parties": [
            {"role": words(role), "lines": party_lines(words, members[role])}
            for role in reversed(PARTIES)
        ],
        "terms": words("terms"),
        "sections": _sections(members, places),
        "tables": _tables(words, members),
        "annexes": annexes(words, members, places),
        "acceptance": acceptance_page(words, version, accepted),
        "fingerprint": [words("fingerprint"), version.document_sha256],
    }  # fmt: skip


def title_of(version: Version) -> str:
    """The name of the document with those of its parties, as a file of it is called."""
    members = json.loads(version.document)
    return _title(Words(members["language"]), members)


def _title(words: Words, members: Members) -> str:
    names = {role: members[role]["legal_name"] for role in PARTIES}
    return words("title_of").format(title=words("title"), **names)


def _tables(words: Words, members: Members) -> list[dict[str, Any]]:
    """What no sentence says: what an amendment changes, and the terms of a document that has no
    contract in sentences (those of before, and those that were signed elsewhere)."""
    tables = [] if "contract" in members else _terms(words, members)
    amends = members.get("amends")
    if amends and amends["changes"]:
        heading = f"{words('amends')} {amends['version']}"
        tables.insert(0, {"heading": heading, "rows": _changed(words, amends["changes"])})
    return tables


def _terms(words: Words, members: Members) -> list[dict[str, Any]]:
    return [
        {"heading": words("answers"), "rows": _answers(words, members)},
        {"heading": words("notice"), "rows": _notice(words, members)},
        {"heading": words("other"), "rows": _other(words, members)},
    ]


def _sections(members: Members, places: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The contract as it was frozen; documents of before have the sections of their template."""
    template = members["template"]
    if "contract" in members:
        return [_section(clause, clause["paragraphs"], numbered=clause["number"] is not None)
                for clause in members["contract"]["clauses"]]  # fmt: skip
    return [
        _section(section, [section["text"]], numbered=not template["reference"])
        for section in template["sections"]
        if section["number"] not in places
    ]


def _section(section: Members, paragraphs: Sequence[str], *, numbered: bool) -> dict[str, Any]:
    """A section under its number. A summary of an official text has none: under the numbers of the
    clauses stand their own words alone."""
    label = f"{section['number']}. " if numbered else ""
    return {"heading": f"{label}{section['heading']}", "paragraphs": list(paragraphs)}


def _reference(words: Words, members: Members) -> list[str] | None:
    """The official text by its name; where its annexes are filled in, a clause refers to it."""
    named, contract = members["template"]["reference"], members.get("contract") or {}
    return [words("reference"), named] if named and "official_file" not in contract else None


def _notes(words: Words, members: Members) -> list[str]:
    signed = members.get("signed_document")
    if not signed:
        return _open(words, members)
    on = f"{words('signed_on')} {words.day(signed['signed_on'])}"
    if not signed["sha256"]:
        return [words("signed_unseen"), f"{on} · {signed['reference']}"]
    return [words("signed_elsewhere"), f"{on} · SHA-256 {signed['sha256']}"]


def _open(words: Words, members: Members) -> list[str]:
    """What nobody has answered yet, and for documents of before, what their summary is."""
    contract = members.get("contract")
    if contract is None:
        return [words("summary")] if members["template"]["reference"] else []
    points = contract.get("open")
    return [Phrases(words.language)("open_points", "; ".join(points))] if points else []


def _changed(words: Words, changes: Sequence[Members]) -> Rows:
    """One row per change: its subject, and the value before and after. How a party is called in
    addresses of the web is no term."""
    shown = [each for each in changes if not each["pointer"].endswith("/slug")]
    return [(_label(words, each["pointer"]), _sentence(words, each)) for each in shown]


def _sentence(words: Words, change: Members) -> str:
    values = {
        side: words("nothing_stated")
        if change[side] is None
        else _value(words, change["pointer"], change[side])
        for side in ("before", "after")
    }
    told = {side: value.removesuffix(".") for side, value in values.items()}
    return words("was_and_is").format(**told)


def change_in_words(change: Members) -> dict[str, dict[str, str | None]]:
    """What a change is about, and its two values, by language. ``member``: null where the
    catalogue has no word for it."""
    return {language: _in_words(Words(language), change) for language in SPOKEN}


def _in_words(words: Words, change: Members) -> dict[str, str | None]:
    label = _label(words, change["pointer"])
    is_known = label != change["pointer"].rpartition("/")[2]
    return {
        "member": label if is_known else None,
        "before": _value(words, change["pointer"], change["before"]),
        "after": _value(words, change["pointer"], change["after"]),
    }


def _label(words: Words, pointer: str) -> str:
    parts = [part for part in pointer.split("/") if part]
    if parts[0] == "sub_processors":
        return words("sub_processor")
    label = promises.label(words, parts) or words.value(parts[-1])
    if parts[0] in PARTIES and len(parts) > 1 and label != parts[-1]:
        return f"{words(parts[0])}: {label[0].lower()}{label[1:]}"
    return label


def _value(words: Words, pointer: str, value: object) -> str:
    """A value in words; addresses and people in a line, countries and days by their names."""
    member = pointer.rpartition("/")[2]
    if isinstance(value, dict) and member in IN_A_LINE:
        return IN_A_LINE[member](words, value)
    if isinstance(value, str) and member in ("country", "governing_law"):
        return words.country(value)
    if isinstance(value, str) and member in ("effective_from", "expires_on"):
        return words.day(value)
    return _plain(words, value)


def _plain(words: Words, value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, dict):
        return "; ".join(_plain(words, item) for item in value.values())
    if isinstance(value, list) and value and not isinstance(value[0], str):
        return "; ".join(_plain(words, item) for item in value)
    return words.value(value)


def _address(words: Words, address: Members) -> str:
    return ", ".join(party_address(words, {"address": address, "country": None}))


def _person(_words: Words, who: Members) -> str:
    return person(who)


IN_A_LINE: dict[str, Callable[[Words, Members], str]] = {
    "address": _address, "contact": _person, "data_protection_officer": _person,
}  # fmt: skip


def _answers(words: Words, members: Members) -> Rows:
    rows = facts(words, members["clauses"], Clauses)
    transfers = (words("transfer_instructions"), words.told(members.get("transfer_instructions")))
    return [rows[0], transfers, *rows[1:]]


def _notice(words: Words, members: Members) -> Rows:
    terms = members["notice_terms"]
    contacts = [person(contact) for contact in terms["contacts"]]
    return [
        (words("authorisation"), words.value(members["authorisation"])),
        *periods.rows(words, terms),
        *periods.counting(words, members),
        (words("channels"), _channels(words, terms["channels"])),
        (words("contacts"), "\n".join(contacts) or words("missing")),
    ]


def _channels(words: Words, names: Sequence[str]) -> str:
    return ", ".join(words.channel(name) for name in names) or words("missing")


def _other(words: Words, members: Members) -> Rows:
    names = ["breach_notice_hours", "deletion_days", "effective_from", "governing_law"]
    if members["notice_terms"].get("breach"):
        names.remove("breach_notice_hours")  # It is said there, with what the hours run from.
    names += [name for name in ("backup_days", "region", "expires_on") if members.get(name)]
    products = words.told(members["products"]) if members["products"] else words("all")
    return [*((words(name), words.told(members[name])) for name in names),
            (words("products"), products)]  # fmt: skip
