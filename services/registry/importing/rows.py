"""Read one row of a list, or several of one entity, as an entry with its open questions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.registry.importing import words
from services.registry.importing.bases import ADEQUACY, Bases, Basis, read_bases
from services.registry.importing.columns import BY_WORDS, heading_of, split_name
from services.registry.importing.days import SINCE, USED, check_begun, read_day
from services.registry.importing.names import read_name, read_products
from services.registry.importing.places import read_places
from services.registry.transfers import Instrument
from services.registry.transfers.countries import in_eea, name_of
from services.registry.transfers.stages import PLANNED
from services.registry.transfers.statements import AS_IF, NOT_STATED
from shared.errors import problem_at
from shared.importing.asking import Answers, Question
from shared.importing.cells import Text, read_cell
from shared.importing.days import days_of

Stated = dict[str, Any]
LONGEST_TEXT = 2_000
LONGEST_HEADING = 200
_KINDS = {"location": "processing", "storage": "storage", "remote_access": "remote_access"}
_LISTS = ("categories", "data_categories", "data_subjects", "certifications")
_NO_ACCESS = ("no", "nej", "nein", "none", "ingen", "keine")
_FLAGS = (
    "affiliate",
    "required",
    "special_categories",
    "data_combined",
    "exporter_is_public_authority",
)
# What may become of a row that may be no company of the list.
_STANDING = ("take", "leave")
# In a table of names and one more column, that one may well be empty.
_NAME_AND_ONE = 2
# Members whose columns are told together, where several hold one.
_JOINED = ("purpose", "responsibilities", "products", *_LISTS)


class LeftOut(Exception):
    """The row is no entry, as the vendor answered; the text says what it is."""


@dataclass(frozen=True)
class Context:
    """The language of a list, its vendor, and the day its entries are to take effect.

    ``columns``: the member of each column that the vendor was asked about; None: it is not read.
    ``whole``: the file is the first list of the register, not changes to it.
    """

    language: str
    exporter: str
    day: date
    instruments: Mapping[str, Instrument]
    columns: Mapping[str, str | None] = field(default_factory=dict)
    whole: bool = False


@dataclass
class Reading:
    """``stated``: the members that the row mentions, and no others. ``since``: the day from which
    the entry is on the list, where the list is taken over."""

    stated: Stated = field(default_factory=dict)
    since: date | None = None
    questions: list[Question] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def take(self, questions: Sequence[Question], remarks: Sequence[str]) -> None:
        self.questions += [question for question in questions if question not in self.questions]
        self.remarks += [remark for remark in remarks if remark not in self.remarks]


@dataclass(frozen=True)
class Cell:
    """One cell that is not empty, under its heading."""

    heading: str
    value: Any
    text: Text


def members_of(
    raw: Mapping[str, Any], columns: Mapping[str, str | None] | None = None
) -> dict[str, Any]:
    """The cells of a row by member; of several columns for one member, that of the best rank."""
    return {member: cells[0].value for member, cells in _cells(raw, columns or {})[0].items()}


def _cells(
    raw: Mapping[str, Any], columns: Mapping[str, str | None]
) -> tuple[dict[str, list[Cell]], list[Cell]]:
    """The filled cells by member, the best rank first; and those of no member."""
    ranked: list[tuple[int, str | None, Cell]] = []
    for name, value in raw.items():
        if not _empty(value):
            member, rank = _member(name, columns)
            ranked.append((rank, member, Cell(name, value, read_cell(value))))
    ranked.sort(key=lambda each: each[0])
    known: dict[str, list[Cell]] = {}
    for _, member, cell in ranked:
        if member:
            known.setdefault(member, []).append(cell)
    return known, [cell for _, member, cell in ranked if not member]


def _member(name: str, columns: Mapping[str, str | None]) -> tuple[str | None, int]:
    heading = heading_of(name)
    stated = columns.get(name[:LONGEST_HEADING], heading.member if heading.sure else None)
    if stated != heading.member:
        return stated, BY_WORDS
    if name[:LONGEST_HEADING] in columns:
        return stated, heading.rank
    return (heading.member if heading.sure else None), heading.rank


def read_row(raw: Mapping[str, Any], context: Context, answers: Answers) -> Reading:
    """Read a row of a published list. Nothing is made up: unclear cells become questions, and what
    is not read is remarked.

    Raises ``LeftOut`` for a row that an answer leaves out, and ``Invalid`` for one that cannot be
    read.
    """
    cells, others = _cells(raw, context.columns)
    reading = Reading()
    for name in (*_KINDS, "country", "mechanism"):
        if name in cells and len(cells[name][0].text.text) > LONGEST_TEXT:
            raise problem_at(f"/{name}", "too-long", f"It has more than {LONGEST_TEXT} characters.")
    _read_section(cells, answers, reading)
    _read_standing(raw, cells, answers, reading)
    _read_name(cells, answers, reading)
    _read_since(cells, context, answers, reading)
    _read_used(cells, answers, reading)
    _read_plain(cells, context, reading)
    _read_products(cells, answers, reading)
    _read_flags(cells, reading)
    _read_hr_data(cells, reading)
    _read_relation(cells, reading)
    _read_seat(cells, answers, reading)
    _read_transfers(cells, context, answers, reading)
    _remark_rest(cells, others, reading)
    return reading


def _remark_rest(cells: Mapping[str, list[Cell]], others: Sequence[Cell], reading: Reading) -> None:
    """What stands in the row and is not read: with its column, as it stands."""
    spare = [
        cell
        for member, found in cells.items()
        if member not in _JOINED
        for cell in found[1:]
        if cell.text.line != found[0].text.line
    ]
    unread = [f"{cell.heading}: “{cell.text.line}” is not read." for cell in (*others, *spare)]
    kept = [
        f"{cell.heading}: the link {link} is not read."
        for found in (*cells.values(), others)
        for cell in found
        for link in cell.text.links
    ]
    struck = [
        f"{cell.heading}: “{text}” is struck out, and not read."
        for member, found in (*cells.items(), ("", others))
        for cell in found
        for text in cell.text.struck
        if cell.text.text or member != "legal_name"
    ]
    reading.take((), [*unread, *kept, *struck])


def _read_section(cells: Mapping[str, list[Cell]], answers: Answers, reading: Reading) -> None:
    """A section may state a member of its rows ("Planned", "Affiliates").

    Rows under "Former" are no part of the list of today, unless somebody says so.

    Raises ``LeftOut`` for a row that is to be left out.
    """
    if "section" not in cells:
        return
    text = cells["section"][0].text.line
    if said := words.said_by_section(text) or words.said_by_section(split_name(text)):
        reading.stated[said[0]] = said[1]
        return
    if words.doubts().search(split_name(text)) or words.doubts().search(text):
        why = f"“{text}” says that the row is no part of today's list; take it, leave it, or "
        why += "take it as planned."
        question = Question("section", text, "section-doubtful", why, ("take", "leave", PLANNED))
        answer = answers.to(question)
        if answer is None:
            reading.take([question], ())
            return
        if list(answer) == [PLANNED]:
            reading.stated["stage"] = PLANNED
        elif list(answer) != ["take"]:
            raise LeftOut(f"It stands under “{text}”, and is left out as answered.")
    reading.remarks.append(f"{cells['section'][0].heading}: “{text}” is not read.")


def _read_standing(
    raw: Mapping[str, Any],
    cells: Mapping[str, list[Cell]],
    answers: Answers,
    reading: Reading,
) -> None:
    """A name that is struck out, or that stands alone in a row of several columns, may be no
    company of today's list: it was one, or it is a footnote or a heading.

    Raises ``LeftOut`` for a row that is to be left out.
    """
    if "legal_name" not in cells:
        return
    text = cells["legal_name"][0].text
    if text.struck and not text.text:
        why = f"“{text.struck[0]}” is struck out; take it, or leave it."
        _ask_whether(Question("standing", text.struck[0], "struck-out", why, _STANDING), answers,
                     reading)  # fmt: skip
    elif len(raw) > _NAME_AND_ONE and _is_alone(cells):
        why = f"The row holds “{text.line}” and nothing else; take it as a company, or leave it."
        _ask_whether(Question("standing", text.line, "name-alone", why, _STANDING), answers,
                     reading)  # fmt: skip


def _is_alone(cells: Mapping[str, list[Cell]]) -> bool:
    return set(cells) <= {"legal_name", "section"} and len(cells["legal_name"]) == 1


def _ask_whether(question: Question, answers: Answers, reading: Reading) -> None:
    answer = answers.to(question)
    if answer is None:
        reading.take([question], ())
    elif list(answer) != ["take"]:
        raise LeftOut(f"“{question.text}” is left out as answered.")


def _read_name(cells: Mapping[str, list[Cell]], answers: Answers, reading: Reading) -> None:
    if "legal_name" not in cells:
        return
    cell = cells["legal_name"][0]
    said = cell.text.text or "".join(cell.text.struck[:1])
    named = read_name(cell.value, said, answers)
    reading.take(named.questions, named.remarks)
    reading.stated["legal_name"] = named.name


def _read_since(
    cells: Mapping[str, list[Cell]], context: Context, answers: Answers, reading: Reading
) -> None:
    """The day of an entry counts in a first list only; a change has a day of its own."""
    if SINCE not in cells:
        return
    cell = cells[SINCE][0]
    if not context.whole:
        reading.take((), [f"{cell.heading}: “{cell.text.line}” is not read."])
        return
    since, question = read_day(SINCE, cell.text.line, answers)
    reading.since = check_begun(since, context.day)
    reading.take([question] if question else [], ())


def _read_used(cells: Mapping[str, list[Cell]], answers: Answers, reading: Reading) -> None:
    """The day of the first use: a fact of the entry, in a first list and in a change."""
    if USED not in cells:
        return
    text = cells[USED][0].text.line
    used, question = read_day(USED, text, answers)
    reading.take([question] if question else [], ())
    if used:
        reading.stated[USED] = used.isoformat()
        if len(days_of(text)) > 1 and not question:
            reading.remarks.append(f"Used since “{text}”: taken as {used}.")


def _read_plain(cells: Mapping[str, list[Cell]], context: Context, reading: Reading) -> None:
    stated = reading.stated
    for name in ("id", "registration_number", "website", "retention", "ai_use"):
        if name in cells:
            stated[name] = cells[name][0].text.line
    for name in ("purpose", "responsibilities"):
        if name in cells:
            stated[name] = {context.language: _together(cells[name])}
    for name in _LISTS:
        if name in cells:
            stated[name] = list(dict.fromkeys(_texts(cells[name])))
    if "address" in cells:
        stated["address"] = {"street": cells["address"][0].text.line}
        reading.remarks.append("The address is kept whole under street; tell its parts apart.")


def _together(cells: Sequence[Cell]) -> str:
    """The texts of several columns, none of which another one holds already."""
    texts: list[str] = []
    for cell in cells:
        if not any(cell.text.line in text for text in texts):
            texts.append(cell.text.line)
    return "; ".join(texts)


def _read_products(cells: Mapping[str, list[Cell]], answers: Answers, reading: Reading) -> None:
    if "products" not in cells:
        return
    read = read_products("\n".join(cell.text.text for cell in cells["products"]), answers)
    reading.take(read.questions, read.remarks)
    reading.stated["products"] = read.names


def _read_flags(cells: Mapping[str, list[Cell]], reading: Reading) -> None:
    for name in _FLAGS:
        if name in cells:
            _read_flag(name, cells[name][0], reading)
    if "optional" in cells and "required" not in reading.stated:
        _read_flag("required", cells["optional"][0], reading, turned=True)


def _read_flag(name: str, cell: Cell, reading: Reading, *, turned: bool = False) -> None:
    word = cell.text.line.casefold()
    if name in AS_IF and word in (NOT_STATED, *words.data()["unstated"]):
        reading.stated[name] = NOT_STATED
        return
    if word not in (*words.data()["yes"], *words.data()["no"]):
        reading.remarks.append(f"“{cell.text.line}” is neither yes nor no; {name} is not read.")
        return
    reading.stated[name] = (word in words.data()["yes"]) != turned


def _read_hr_data(cells: Mapping[str, list[Cell]], reading: Reading) -> None:
    """Whether data about staff is included: yes, no, or not stated; nothing else is made of it."""
    if "hr_data" not in cells:
        return
    line = cells["hr_data"][0].text.line
    known = {"yes": words.data()["yes"], "no": words.data()["no"],
             NOT_STATED: [NOT_STATED, *words.data()["unstated"]]}  # fmt: skip
    stated = next((name for name, said in known.items() if line.casefold() in said), None)
    if stated:
        reading.stated["hr_data"] = stated
    else:
        reading.remarks.append(f"“{line}” is neither yes nor no; hr_data is not read.")


def _read_relation(cells: Mapping[str, list[Cell]], reading: Reading) -> None:
    """The roles of exporter and importer; a word that names none of them is told and left."""
    if "relation" not in cells:
        return
    line = cells["relation"][0].text.line
    word = words.plain(line.replace("_", " "))
    for relation, said in words.data()["relations"].items():
        if word in said:
            reading.stated["relation"] = relation
            return
    reading.remarks.append(f"“{line}” names no roles; relation is not read.")


def _read_seat(cells: Mapping[str, list[Cell]], answers: Answers, reading: Reading) -> None:
    if "country" not in cells:
        return
    text = cells["country"][0].text.text
    places = read_places(text, "country", answers)
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
    cells: Mapping[str, list[Cell]], context: Context, answers: Answers, reading: Reading
) -> None:
    places: list[tuple[str, str]] = []
    texts = [cells["mechanism"][0].text.text] if "mechanism" in cells else []
    beside: list[tuple[str, tuple[str, ...]]] = []
    for name, kind in _KINDS.items():
        if name in cells and not _denies_access(name, cells[name][0].text.line):
            member = "locations" if name != "remote_access" else name
            named = read_places(cells[name][0].text.text, member, answers)
            reading.take(named.questions, named.remarks)
            places += [
                (code, "remote_access" if code in named.remote else kind)
                for code in named.countries
            ]
            beside += named.bases
    bases = read_bases(texts, answers, context.instruments, beside)
    reading.take(bases.questions, bases.remarks)
    _remark_idle(bases, places, context, reading)
    places += _reached_from(bases, places, context, answers, reading)
    if any(name in cells for name in _KINDS):
        located = [_location(*place, bases, context, answers, reading) for place in places]
        reading.stated["locations"] = located
        reading.stated["bases"] = bool(bases.named)


def _denies_access(member: str, text: str) -> bool:
    """ "No" in a column of access; "NO" would be Norway."""
    return member == "remote_access" and text != "NO" and words.plain(text) in _NO_ACCESS


def _remark_idle(
    bases: Bases, places: Sequence[tuple[str, str]], context: Context, reading: Reading
) -> None:
    """Mechanisms that are named for a country the row does not name."""
    named = {code for code, _ in places}
    for basis in bases.named:
        if basis.only and not named & set(basis.only):
            where = ", ".join(map(name_of, basis.only))
            name = _name(basis, context)
            reading.remarks.append(f"{name} is named for {where}, which is no place of the row.")


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
            if basis.only and country not in basis.only:
                continue
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
        named = {"instrument_id": instrument_id, "evidence": dict(basis.evidence)}
        # A column and a bracket may name the same.
        if not any(_says_more(known, named) for known in mechanisms):
            mechanisms.append({**named, "role": "fallback" if mechanisms else "primary"})


def _says_more(known: Mapping[str, Any], named: Mapping[str, Any]) -> bool:
    """Whether ``known`` says what ``named`` does: the same, or clauses with their edition."""
    is_bare = named["instrument_id"] == "scc" and not named["evidence"]
    return named.items() <= known.items() or (
        is_bare and str(known["instrument_id"]).startswith("scc-")
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


def _texts(cells: Sequence[Cell]) -> list[str]:
    parts = [part for cell in cells for part in re.split(r"[;\n]", cell.text.text)]
    return [text for part in parts if (text := " ".join(part.split()))]
