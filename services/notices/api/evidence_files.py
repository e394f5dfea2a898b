"""The proof of a notice as a file: CSV for the desk, PDF for the archive."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from services.notices.model.channels import Tried
from services.notices.model.evidence import (
    NO_NUMBER,
    NOT_STARTED,
    SENT_LATE,
    UNTIL_EFFECT,
    Evidence,
)
from services.notices.model.messages import INFORMATION, NOTICE, Event, text_of
from services.notices.model.told_changes import changes_told
from shared import sheets, typeset
from shared.times import format_instant

TEMPLATE = Path(__file__).parent.parent / "templates" / "evidence.typ"
REPLACED = "[U+…] stands for a character that no font of this file has: its number in Unicode."

COLUMNS = (
    "change_id",
    "agreement_id",
    "notice_id",
    "customer_id",
    "customer",
    "notice_days",
    "objection_days",
    "day_kind",
    "receipt_rule",
    "channel",
    "recipient",
    "given_on",
    "deadline",
    "effective_on",
    "silence",
    "attempts",
    "first_attempt_at",
    "last_attempt_at",
    "last_outcome",
    "delivered_at",
    "acknowledged_at",
    "outcome",
    "reached",
    "acknowledged_by",
    "mail_answers",
    "unreached_since",
    "unreached_reason",
    "sent_at",
    "counts_from",
    "counting",
    "letters",
    "approved_by",
    "owes",
    "no_deadline",
)
_KINDS = {
    "add": "New sub-processor",
    "replace": "Sub-processor replaced",
    "modify": "Sub-processor changed",
    "remove": "Sub-processor removed",
}
# What the customer is owed of the change; the files are in English.
OWED = {
    NOTICE: "Owed: notice, with days to object.",
    INFORMATION: "For information: nothing to object to, and nobody has to wait.",
}
# Why the file names no last day to object.
_WITHOUT_DAY = {
    NOT_STARTED: "no last day yet: what it runs from has not happened",
    NO_NUMBER: "no last day: the agreement names no number",
    UNTIL_EFFECT: "until the change; the portal shows the day",
    SENT_LATE: "sent more than 60 days late; the portal shows the day",
}
_TERMS = ("notice_days", "objection_days", "day_kind", "receipt_rule")

_OUTCOMES = {
    "delivered": "delivered",
    "pending": "not delivered yet",
    "failed": "not delivered",
    "held": "endpoint disabled",
    "skipped": "left out by the customer",
    "abandoned": "endpoint deleted",
    "queued": "not delivered yet",
    "no_endpoint": "no channel",
    "filtered_out": "filtered out by the customer",
    "bounced": "mail came back",
    "unreached": "NOBODY REACHED",
}


def csv_lines(event: Event, rows: Iterable[Evidence]) -> Iterator[str]:
    """RFC 4180, written as the rows are read; text that a spreadsheet would run is disarmed."""
    yield sheets.line(COLUMNS)
    for row in rows:
        yield sheets.line(_values(event, row))


def pdf(event: Event, rows: Sequence[Evidence], now: datetime) -> bytes:
    """PDF/A-2a: archivable, tagged, with its title and language."""
    content, at = _content(event, rows, now), int(now.timestamp())
    return typeset.pdf(TEMPLATE, content, note=REPLACED, standards=["a-2a"], at=at)


def _values(event: Event, row: Evidence) -> list[Any]:
    first, last = (row.attempts[0], row.attempts[-1]) if row.attempts else (None, None)
    return [
        event.change_id,
        row.agreement_id,
        row.notice_id,
        row.customer.get("id"),
        row.customer.get("legal_name"),
        *(row.terms.get(name) for name in _TERMS),
        row.channel,
        row.recipient,
        row.given_on,
        row.deadline,
        row.effective_on,
        row.silence,
        len(row.attempts),
        first and first.at,
        last and last.at,
        last and last.outcome,
        row.delivered_at,
        row.acknowledged_at,
        row.outcome,
        row.reached,
        (row.acknowledged_by or {}).get("email"),
        " | ".join(_said(each) for each in row.attempts if each.answer is not None),
        *((row.unreached or {}).get(name) for name in ("since", "reason")),
        row.sent_at,
        row.counts_from,
        _counted(row),
        " | ".join(_letter(each) for each in row.letters),
        _names(row.approved_by),
        row.owes,
        row.no_deadline,
    ]


def _content(event: Event, rows: Sequence[Evidence], now: datetime) -> dict[str, Any]:
    """All that the PDF says; the template only sets it."""
    changes = changes_told(json.loads(text_of(event, ""))["data"])
    told = next(each for each in changes if each["change_id"] == event.change_id)
    others = [each for each in event.change_ids if each != event.change_id]
    entry = told.get("sub_processor") or told.get("previous") or {}
    counts = Counter(row.reached for row in rows)
    return {
        "processor": event.processor.get("legal_name", ""),
        "change_id": event.change_id,
        "approved_by": _names(event.approved_by),
        "together": ", ".join(others),
        "kind": _KINDS.get(told.get("kind", ""), "Change"),
        "sub_processor": entry.get("legal_name", ""),
        "country": entry.get("country", ""),
        "reason": told.get("reason") or "",
        "announced_at": event.at,
        "effective_on": event.effective_on or "",
        "made_at": format_instant(now),
        "total": len(rows),
        "reached": counts[True],
        "acknowledged": sum(row.acknowledged_at is not None for row in rows),
        "rows": [_pdf_row(row) for row in rows],
    }


def _pdf_row(row: Evidence) -> dict[str, Any]:
    return {
        "customer": row.customer.get("legal_name", ""),
        "agreement_id": row.agreement_id,
        "notice_id": row.notice_id,
        "terms": _terms_text(row.terms),
        "counting": _counted(row),
        "channel": row.channel or "none",
        "recipient": row.recipient or "",
        "given_on": row.given_on or "not sent",
        "owes": OWED[row.owes],
        "deadline": row.deadline or _WITHOUT_DAY.get(row.no_deadline or "", ""),
        "effective_on": row.effective_on or "",
        "delivered_at": _moment(row.delivered_at),
        "acknowledged_at": _moment(row.acknowledged_at),
        "acknowledged_by": (row.acknowledged_by or {}).get("email", ""),
        "letters": "; ".join(_letter(each) for each in row.letters),
        "outcome": _OUTCOMES.get(row.outcome, row.outcome),
        "reached": row.reached,
        "attempts": [
            f"{_moment(each.at)}  {each.outcome}  {each.duration_ms} ms  {each.recipient}"
            + (f"  {_said(each)}" if each.answer is not None else "")
            for each in row.attempts
        ],
    }


def _counted(row: Evidence) -> str:
    """How the days of this customer are counted; the files are in English."""
    return (row.counting or {}).get("en", "")


def _names(approvers: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(str(each.get("name", "")) for each in approvers)


def _letter(letter: Mapping[str, Any]) -> str:
    """What the customer said by letter, with the file that shows it."""
    file = letter.get("file") or {}
    shown = f", {file['name']} (SHA-256 {file['sha256']})" if file else ""
    kind = str(letter["kind"]).replace("_", " ")
    return f"{kind} by letter of {letter['received_on']}, {letter['id']}{shown}"


def _said(tried: Tried) -> str:
    """What the mail server answered, as it stands in its log, too."""
    return f"{tried.status or ''} {tried.answer or ''}".strip()


def _terms_text(terms: dict[str, Any]) -> str:
    if not terms:
        return ""
    notice, objection = (_length_text(terms, name) for name in ("notice", "objection"))
    rule = terms.get("receipt_rule", "sent")
    return f"notice: {notice}; to object: {objection}; from the day it is {rule}"


def _length_text(terms: dict[str, Any], name: str) -> str:
    """A period as its terms name it, in the long form or the short one."""
    period = terms.get(name) or {}
    if period.get("ends") == "effective_day":
        return "until the change"
    if length := period.get("length"):
        return f"{length['value']} {length['unit'].replace('_', ' ')}"
    days, kind = terms.get(f"{name}_days"), terms.get("day_kind", "calendar")
    return f"{days} {kind} days" if days else "no number"


def _moment(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC") if at else ""
