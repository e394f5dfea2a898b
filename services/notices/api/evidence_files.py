"""The proof of a notice as a table, for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.notices.letters.small_print import persons_named
from services.notices.model.channels import Tried
from services.notices.model.evidence import Evidence
from services.notices.model.messages import Event
from shared import sheets

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
    "answers",
    "message_sha256",
    "entry_sequence",
    "entry_hash",
)
_TERMS = ("notice_days", "objection_days", "day_kind", "receipt_rule")


def csv_lines(event: Event, rows: Iterable[Evidence]) -> Iterator[str]:
    """RFC 4180, written as the rows are read; text that a spreadsheet would run is disarmed."""
    yield sheets.line(COLUMNS)
    for row in rows:
        yield sheets.line(_values(event, row))


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
        " | ".join(_answer(each) for each in row.answers),
        row.sha256,
        *((event.entry or {}).get(name) for name in ("sequence", "hash")),
    ]


def _counted(row: Evidence) -> str:
    """How the days of this customer are counted; the files are in English."""
    return (row.counting or {}).get("en", "")


def _names(approvers: Iterable[Mapping[str, Any]]) -> str:
    return persons_named(list(approvers))


def _letter(letter: Mapping[str, Any]) -> str:
    """What the customer said by letter, with the file that shows it."""
    file = letter.get("file") or {}
    shown = f", {file['name']} (SHA-256 {file['sha256']})" if file else ""
    kind = str(letter["kind"]).replace("_", " ")
    return f"{kind} by letter of {letter['received_on']}, {letter['id']}{shown}"


def _answer(step: Mapping[str, Any]) -> str:
    """A step of an objection, or an approval, with the hash of its ledger entry."""
    told = (step["kind"], step.get("id"), step["status"], step["at"], step.get("by"))
    words = " ".join(str(each) for each in told if each)
    return f"{words} {(step.get('entry') or {}).get('hash', '')}".strip()


def _said(tried: Tried) -> str:
    """What the mail server answered, as it stands in its log, too."""
    return f"{tried.status or ''} {tried.answer or ''}".strip()
