"""What an import of customers asks, refuses and remarks, in the language of its reader.

The words are looked up by code and member when they are read: the same report is read in three
languages, and what agreements finds wrong in a cell is worded here, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from services.identity.importing.columns import CONTACT
from services.identity.model.customer_imports import CustomerRow
from shared.importing.country_names import LANGUAGES
from shared.pagination import Page

ADDRESS = ("street", "postal_code", "city")
OTHER = "refused"
_NUMBERED = re.compile(rf"^{CONTACT}[2-9]_")


@cache
def wording() -> Mapping[str, Mapping[str, str]]:
    text = files("services.identity").joinpath("data", "import_wording.json").read_text("utf-8")
    words: Mapping[str, Mapping[str, str]] = json.loads(text)
    return words


def said(language: str, code: str, member: str | None = None, **values: str) -> str:
    """The sentence for a code, for this member if it has one of its own; of a code that has none,
    that the row was refused with it."""
    words = wording()
    name = next((name for name in (f"{code}|{_kind(member)}", code) if name in words), OTHER)
    return words[name][language if language in LANGUAGES else "en"].format(code=code, **values)


def report_in(language: str, report: Mapping[str, Any]) -> dict[str, Any]:
    """A report of an import, with what it asks and refuses in words."""
    failure = report["failure"]
    return {
        **report,
        "failure": failure and {**failure, "detail": said(language, failure["code"])},
        "questions": [question_in(language, each) for each in report["questions"]],
        "refused": [refusal_in(language, each) for each in report["refused"]],
    }


def rows_in(language: str, page: Page) -> Page:
    return replace(page, items=[_row_in(language, row) for row in page.items])


def _row_in(language: str, row: CustomerRow) -> CustomerRow:
    return replace(
        row,
        questions=[question_in(language, each) for each in row.questions],
        refusals=[refusal_in(language, each) for each in row.refusals],
        remarks=remarks_in(language, row.remarks),
    )


def question_in(language: str, question: Mapping[str, Any]) -> dict[str, Any]:
    return {**question, "why": said(language, question["code"], question["member"])}


def refusal_in(language: str, refusal: Mapping[str, Any]) -> dict[str, Any]:
    return {**refusal, "detail": said(language, refusal["code"], refusal["column"])}


def remarks_in(language: str, remarks: Sequence[Any]) -> list[str]:
    """Remarks of before 2026-11-30 are sentences already."""
    return [each if isinstance(each, str) else _remark(language, each) for each in remarks]


def _remark(language: str, remark: Mapping[str, str]) -> str:
    values = {f"of_{name}": value for name, value in remark.items() if name != "code"}
    return said(language, remark["code"], None, **values)


def _kind(member: str | None) -> str:
    """The member as the sentences know it: any contact is one, and so is any part of an address."""
    if member in ADDRESS:
        return "address"
    return _NUMBERED.sub(CONTACT, member or "")
