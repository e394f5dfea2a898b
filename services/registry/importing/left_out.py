"""Whether a row is an entry of today's list: its section, its status, what is struck out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.registry.importing import words
from services.registry.importing.columns import split_name
from services.registry.importing.reading import Cell, LeftOut, Reading
from services.registry.transfers.stages import PLANNED
from shared.importing.asking import Answers, Question

# What may become of a row that may be no company of the list.
_STANDING = ("take", "leave")
# In a table of names and one more column, that one may well be empty.
_NAME_AND_ONE = 2


def read_section(cells: Mapping[str, list[Cell]], answers: Answers, reading: Reading) -> None:
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


def read_standing(
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
