"""One row of a list of customers: the organisation and its contacts, or what has to be asked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from babel import Locale

from services.identity.importing.columns import CONTACT, MOST_CONTACTS, NAME, PARTS, members
from services.identity.model.organisations import default_zone
from shared.importing.asking import Answers, Question
from shared.importing.country_names import LANGUAGES, codes, country_names, plain
from shared.sheets import unguarded
from shared.times import is_time_zone

# An answer may itself be asked about; not for ever.
MOST_CORRECTIONS = 5
PROPOSALS = 3
# What makes a row speak of an agreement at all.
AGREED = ("template", "signed_on")
# Columns that say nothing of an agreement by themselves; any other has agreements ask for one.
BESIDES = ("products", "reference")
ADDRESS = ("street", "postal_code", "city")
LONGEST = {NAME: 300, "registration_number": 60, "street": 200, "postal_code": 20, "city": 100}
LONGEST_OF_PERSON = 200
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,190}\.[^@\s,;<>\".]{2,63}")
_URL = re.compile(r"https?://[^\s<>\"]{3,500}")
Remark = Callable[[dict[str, str]], None]


@dataclass
class ReadRow:
    """``organisation``: as the API takes it, whole only without ``questions``. ``cells``: what
    speaks of the agreement, by column. ``stated``: the members that the file itself says."""

    organisation: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    remarks: list[dict[str, str]] = field(default_factory=list)
    stated: frozenset[str] = frozenset()

    def ask(self, member: str, text: str, code: str, why: str, *candidates: str) -> None:
        self.questions.append(Question(member, text, code, why, candidates))


@dataclass(frozen=True)
class Manner:
    """How the rows of one file are read. ``by_heading``: the member of each column; ``others``:
    the columns that speak of agreements; ``language``: of customers whose row names none."""

    by_heading: Mapping[str, str | None]
    others: Sequence[str]
    language: str


def read_row(cells: Mapping[str, Any], manner: Manner, answers: Answers) -> ReadRow:
    """The customer that the cells describe."""
    row = ReadRow()
    values = dict(_values(cells, manner.by_heading, row.remarks.append))
    own = {member: _corrected(member, values.get(member, ""), answers) for member in members()}
    row.cells = _of_agreement(values, manner.others, answers)
    row.stated = frozenset(member for member, text in own.items() if text)
    _read_company(row, own, manner.language)
    row.organisation["contacts"] = list(_contacts(row, own))
    return row


def _values(
    cells: Mapping[str, Any], by_heading: Mapping[str, str | None], remark: Remark
) -> Iterator[tuple[str, str]]:
    for heading, value in cells.items():
        text = " ".join(str(unguarded(value) or "").split())
        member = by_heading.get(heading)
        if member:
            yield member, text
        elif text:
            remark({"code": "unread", "text": text[:200], "heading": heading[:100]})


def _of_agreement(
    values: Mapping[str, str], others: Sequence[str], answers: Answers
) -> dict[str, str]:
    """The cells of the agreement; those that are empty are answered only where there is one.

    Which one, an answer may say alone: it is asked wherever a row speaks of its terms.
    """
    said = {name: _corrected(name, values[name], answers) for name in others if values.get(name)}
    if any(said[name] for name in said if name not in BESIDES):
        said |= {name: _corrected(name, "", answers) for name in AGREED if name not in said}
    if any(said.get(name) for name in AGREED):
        said |= {name: _corrected(name, "", answers) for name in others if name not in said}
    return {name: text for name, text in said.items() if text}


def _corrected(member: str, text: str, answers: Answers) -> str:
    """The text of a cell, or what it was answered to mean."""
    for _ in range(MOST_CORRECTIONS):
        values = answers.to(Question(member, text, "", ""))
        if values is None:
            return text
        text = values[0] if values else ""
        if not values:
            return ""
    return text


def _read_company(row: ReadRow, own: Mapping[str, str], language: str) -> None:
    said = row.organisation
    said["legal_name"] = _needed(row, NAME, own[NAME], "Who is the customer?")
    said["country"] = _country(row, own["country"])
    said["registration_number"] = _short(row, "registration_number", own) or None
    said["address"] = _address(row, own)
    said["website"] = _website(row, own["website"])
    said["locale"] = _locale(row, own["locale"], language)
    said["time_zone"] = _zone(row, own["time_zone"], said["country"])


def _needed(row: ReadRow, member: str, text: str, why: str) -> str:
    most = LONGEST.get(member, LONGEST_OF_PERSON)
    if not text:
        row.ask(member, text, "required", why)
    elif len(text) > most:
        row.ask(member, text[:most], "too-long", f"It has more than {most} characters.")
    return text[:most]


def _short(row: ReadRow, member: str, own: Mapping[str, str]) -> str:
    return _needed(row, member, own[member], "") if own[member] else ""


def _country(row: ReadRow, text: str) -> str:
    code = text.upper() if text.upper() in codes() else country_names().get(plain(text))
    if code:
        return code
    why = "In which country is the customer? Answer with two letters (ISO 3166-1)."
    near = get_close_matches(plain(text), list(country_names()), PROPOSALS)
    proposals = tuple(dict.fromkeys(country_names()[name] for name in near))
    row.ask("country", text[:200], "country-unknown" if text else "required", why, *proposals)
    return ""


def _address(row: ReadRow, own: Mapping[str, str]) -> dict[str, str] | None:
    if not any(own[name] for name in ADDRESS):
        return None
    why = "An address has a street, a postal code and a city."
    parts = {name: _needed(row, name, own[name], why) for name in ADDRESS}
    return {**parts, "country": row.organisation["country"]}


def _website(row: ReadRow, text: str) -> str | None:
    if not text:
        return None
    address = text if "://" in text else f"https://{text}"
    if _URL.fullmatch(address) is None or "." not in address:
        row.ask("website", text[:200], "invalid", "This is no address of a page.")
    return address


def _locale(row: ReadRow, text: str, language: str) -> str:
    if not text:
        row.remarks.append({"code": "language-taken", "language": language})
        return language
    code = _languages().get(plain(text), "")
    if not code:
        row.ask("locale", text[:200], "language-unknown", "Which language is it?", *LANGUAGES)
    return code


def _languages() -> Mapping[str, str]:
    """Codes of the languages that mails are written in, by code and by name."""
    named = {
        plain(Locale(spoken).languages[code]): code for spoken in LANGUAGES for code in LANGUAGES
    }
    return {**named, **{code: code for code in LANGUAGES}}


def _zone(row: ReadRow, text: str, country: str) -> str | None:
    if text and not is_time_zone(text):
        why = "Write a time zone such as Europe/Copenhagen."
        row.ask("time_zone", text[:200], "invalid", why)
        return None
    return text or (default_zone(country) if country else None)


def _contacts(row: ReadRow, own: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for number in range(1, MOST_CONTACTS + 1):
        prefix = CONTACT if number == 1 else f"{CONTACT}{number}_"
        person = {part: own[f"{prefix}{part}"] for part in PARTS}
        if number == 1 or any(person.values()):
            yield _contact(row, prefix, person)


def _contact(row: ReadRow, prefix: str, person: Mapping[str, str]) -> dict[str, str]:
    email = person["email"].removeprefix("mailto:")
    if not email or _EMAIL.fullmatch(email) is None:
        code, why = ("invalid", "This is no single e-mail address.") if email else (
            "required", "Whom may notices and the invitation be sent to?")  # fmt: skip
        row.ask(f"{prefix}email", person["email"][:200], code, why)
    why = "Who reads the notices?"
    name = _needed(row, f"{prefix}name", person["name"], why)
    why = "As what does this person work there?"
    return {"name": name, "position": _needed(row, f"{prefix}position", person["position"], why),
            "email": email}  # fmt: skip


def entity_of(raw: str, by_heading: Mapping[str, str | None]) -> str:
    """Whom a row is about, as it says itself; "" where it names nobody."""
    cells = json.loads(raw)
    named = (cells.get(heading) for heading, member in by_heading.items() if member == NAME)
    return plain(str(next(named, None) or ""))[:300]
