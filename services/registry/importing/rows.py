"""Read one row of a list, or several of one entity, as an entry with its open questions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.registry.importing import words
from services.registry.importing.columns import FLAGS
from services.registry.importing.days import SINCE, USED, check_begun, read_day
from services.registry.importing.left_out import read_section, read_standing
from services.registry.importing.names import read_name, read_products
from services.registry.importing.places import read_places
from services.registry.importing.reading import Cell, Context, Reading, cells_of
from services.registry.importing.transfers import KINDS, read_transfers
from services.registry.transfers.statements import AS_IF, NOT_STATED
from shared.errors import problem_at
from shared.importing.asking import Answers, Question
from shared.importing.days import days_of

LONGEST_TEXT = 2_000
_LISTS = ("categories", "data_categories", "data_subjects", "certifications")
# Members whose columns are told together, where several hold one.
_JOINED = ("purpose", "responsibilities", "products", *_LISTS)


def read_row(raw: Mapping[str, Any], context: Context, answers: Answers) -> Reading:
    """Read a row of a published list. Nothing is made up: unclear cells become questions, and what
    is not read is remarked.

    Raises ``LeftOut`` for a row that an answer leaves out, and ``Invalid`` for one that cannot be
    read.
    """
    cells, others = cells_of(raw, context.columns)
    reading = Reading()
    for name in (*KINDS, "country", "mechanism"):
        if name in cells and len(cells[name][0].text.text) > LONGEST_TEXT:
            raise problem_at(f"/{name}", "too-long", f"It has more than {LONGEST_TEXT} characters.")
    read_section(cells, answers, reading)
    read_standing(raw, cells, answers, reading)
    _read_name(cells, answers, reading)
    _read_since(cells, context, answers, reading)
    _read_used(cells, answers, reading)
    _read_plain(cells, context, reading)
    _read_products(cells, answers, reading)
    _read_flags(cells, reading)
    _read_hr_data(cells, reading)
    _read_relation(cells, reading)
    _read_seat(cells, answers, reading)
    read_transfers(cells, context, answers, reading)
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
    for name in FLAGS:
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


def _texts(cells: Sequence[Cell]) -> list[str]:
    parts = [part for cell in cells for part in re.split(r"[;\n]", cell.text.text)]
    return [text for part in parts if (text := " ".join(part.split()))]
