"""Read one row of a list, or several of one entity, as an entry with its open questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.registry.importing import words
from services.registry.importing.asking import Answers, Question
from services.registry.importing.bases import (
    ADEQUACY,
    Bases,
    Basis,
    names_a_basis,
    read_bases,
)
from services.registry.importing.places import read_places
from services.registry.transfers import Instrument
from services.registry.transfers.countries import in_eea, name_of
from shared.errors import problem_at

Stated = dict[str, Any]
LONGEST_TEXT = 2_000
_KINDS = {"location": "processing", "storage": "storage", "remote_access": "remote_access"}
_LISTS = ("products", "categories", "data_categories", "data_subjects", "certifications")
_FLAGS = ("affiliate", "required", "special_categories")


@dataclass(frozen=True)
class Context:
    """The language of a list, its vendor, and the day its entries are to take effect."""

    language: str
    exporter: str
    day: date
    instruments: Mapping[str, Instrument]


@dataclass
class Reading:
    """``stated``: the members that the row mentions, and no others."""

    stated: Stated = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def take(self, questions: Sequence[Question], remarks: Sequence[str]) -> None:
        self.questions += [question for question in questions if question not in self.questions]
        self.remarks += [remark for remark in remarks if remark not in self.remarks]


def members_of(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The cells of a row by member; of several columns for one member, that of the best rank."""
    members: dict[str, Any] = {}
    for member, value in _ranked(raw):
        members.setdefault(member, value)
    return members


def _ranked(raw: Mapping[str, Any]) -> list[tuple[str, Any]]:
    known = [(words.members_by_column().get(words.plain(name)), raw[name]) for name in raw]
    filled = [(where, value) for where, value in known if where and not _empty(value)]
    return [(member, value) for (member, _), value in sorted(filled, key=lambda each: each[0][1])]


def read_row(raw: Mapping[str, Any], context: Context, answers: Answers) -> Reading:
    """Read a row of a published list. Nothing is made up: unclear cells become questions."""
    cells = members_of(raw)
    for name in (*_KINDS, "country", "mechanism"):
        if len(_text(cells.get(name, ""))) > LONGEST_TEXT:
            raise problem_at(f"/{name}", "too-long", f"It has more than {LONGEST_TEXT} characters.")
    reading = Reading()
    _read_plain(cells, context, reading)
    _read_flags(cells, reading)
    _read_seat(cells, answers, reading)
    _read_transfers(cells, context, answers, reading)
    return reading


def _read_plain(cells: Mapping[str, Any], context: Context, reading: Reading) -> None:
    stated = reading.stated
    for name in ("id", "legal_name", "registration_number", "website", "retention", "ai_use"):
        if name in cells:
            stated[name] = _text(cells[name])
    for name in ("purpose", "responsibilities"):
        if name in cells:
            stated[name] = {context.language: _text(cells[name])}
    for name in _LISTS:
        if name in cells:
            stated[name] = _texts(cells[name])
    if "address" in cells:
        stated["address"] = {"street": _text(cells["address"])}
        reading.remarks.append("The address is kept whole under street; tell its parts apart.")


def _read_flags(cells: Mapping[str, Any], reading: Reading) -> None:
    for name in _FLAGS:
        if name in cells:
            _read_flag(name, cells[name], reading)
    if "optional" in cells and "required" not in reading.stated:
        _read_flag("required", cells["optional"], reading, turned=True)


def _read_flag(name: str, value: Any, reading: Reading, *, turned: bool = False) -> None:
    word = value if isinstance(value, bool) else _text(value).casefold()
    if isinstance(word, str):
        if word not in (*words.data()["yes"], *words.data()["no"]):
            reading.remarks.append(f"“{value}” is neither yes nor no; {name} is not read.")
            return
        word = word in words.data()["yes"]
    reading.stated[name] = word != turned


def _read_seat(cells: Mapping[str, Any], answers: Answers, reading: Reading) -> None:
    if "country" not in cells:
        return
    text = _text(cells["country"])
    places = read_places(text, "country", answers, names_a_basis)
    reading.take(places.questions, places.remarks)
    if len(places.countries) == 1:
        reading.stated["country"] = places.countries[0]
    elif len(places.countries) > 1:
        why = f"“{text}” names several countries; a company has one seat."
        question = Question("country", text, "seat-ambiguous", why, tuple(places.countries))
        answer = answers.to(question)
        if answer is None:
            reading.take([question], ())
        elif answer:
            reading.stated["country"] = answer[0]


def _read_transfers(
    cells: Mapping[str, Any], context: Context, answers: Answers, reading: Reading
) -> None:
    places: list[tuple[str, str]] = []
    texts = [_text(cells["mechanism"])] if "mechanism" in cells else []
    for name, kind in _KINDS.items():
        if name in cells:
            member = "locations" if name != "remote_access" else name
            named = read_places(_text(cells[name]), member, answers, names_a_basis)
            reading.take(named.questions, named.remarks)
            places += [(code, kind) for code in named.countries]
            texts += named.bases
    bases = read_bases(texts, answers, context.instruments)
    reading.take(bases.questions, bases.remarks)
    places += _reached_from(bases, places, context, answers, reading)
    if any(name in cells for name in _KINDS):
        located = [_location(*place, bases, context, answers, reading) for place in places]
        reading.stated["locations"] = located
        reading.stated["bases"] = bool(bases.named)


def _reached_from(
    bases: Bases,
    places: list[tuple[str, str]],
    context: Context,
    answers: Answers,
    reading: Reading,
) -> list[tuple[str, str]]:
    """A mechanism without a third country: somebody abroad reaches the data, or it is idle."""
    if not bases.named or any(_is_transfer(code, context) for code, _ in places):
        return []
    if any(question.member != "mechanisms" for question in reading.questions):
        return []  # A place that is still open may be the third country.
    seat = reading.stated.get("country")
    abroad = (seat,) if seat and _is_transfer(seat, context) else ()
    named = ", ".join(_name(basis, context) for basis in bases.named)
    why = f"The row names {named}, but no place outside the EEA; from where is the data reached?"
    question = Question("remote_access", named, "mechanism-without-transfer", why, abroad)
    answer = answers.to(question)
    if answer is None:
        reading.take([question], ())
    return [(code, "remote_access") for code in answer or ()]


def _location(
    country: str,
    kind: str,
    bases: Bases,
    context: Context,
    answers: Answers,
    reading: Reading,
) -> Stated:
    mechanisms: list[Stated] = []
    if _is_transfer(country, context):
        for basis in bases.named:
            _append(mechanisms, basis, country, context, answers, reading)
    return {
        "country": country,
        "region": None,
        "organisation": None,
        "kind": kind,
        "mechanisms": mechanisms,
    }


def _append(
    mechanisms: list[Stated],
    basis: Basis,
    country: str,
    context: Context,
    answers: Answers,
    reading: Reading,
) -> None:
    ids: Sequence[str] = [basis.instrument_id]
    if basis.instrument_id == ADEQUACY:
        ids = _adequacy(country, context, answers, reading)
    for instrument_id in ids:
        instrument = context.instruments[instrument_id]
        if not instrument.covers(country, None):
            reading.remarks.append(f"{instrument.name} is not for {name_of(country)}; left out.")
            continue
        role = "fallback" if mechanisms else "primary"
        mechanisms.append(
            {"instrument_id": instrument_id, "role": role, "evidence": dict(basis.evidence)}
        )


def _adequacy(country: str, context: Context, answers: Answers, reading: Reading) -> Sequence[str]:
    """The decision for this country, where there is exactly one in force and it covers all."""
    fitting = [
        instrument.id
        for instrument in context.instruments.values()
        if instrument.kind == ADEQUACY
        and instrument.regime == "EU"
        and country in instrument.destinations
        and instrument.in_force(context.day)
    ]
    if len(fitting) == 1 and country != "US":
        return fitting
    where = name_of(country)
    why = f"No one adequacy decision covers all of {where}; name the instrument."
    question = Question("mechanisms", f"Adequacy: {where}", "adequacy-unclear", why, tuple(fitting))
    answer = answers.to(question)
    if answer is None:
        reading.take([question], ())
    return answer or ()


def _is_transfer(country: str, context: Context) -> bool:
    if country == context.exporter:
        return False
    inside = in_eea(context.exporter, context.day) and in_eea(country, context.day)
    return not inside


def _name(basis: Basis, context: Context) -> str:
    instrument = context.instruments.get(basis.instrument_id)
    return instrument.name if instrument else "an adequacy decision"


def _empty(value: Any) -> bool:
    return value is None or value in ("", [], {}) or (isinstance(value, str) and not value.strip())


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)
    return " ".join(str(value).split())


def _texts(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else str(value).replace("\n", ";").split(";")
    return [text for part in parts if (text := _text(part))]
