"""Reports that a mail could not be delivered: delivery status notifications (RFC 3464), and those
in free text that name a mail of ours and a code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.policy import default

import structlog

from services.notices.channels.email.unstructured import failure_in

log = structlog.get_logger()

# A report with the whole of one of our mails has some 50 kB and a dozen parts.
LARGEST = 256 * 1024
MOST_PARTS = 1_000
MOST_RECIPIENTS = 100
# What hostile mails have been seen to raise: nested too deep, a charset nobody knows, headers and
# types that contradict each other.
_UNREADABLE = (
    RecursionError, LookupError, ValueError, TypeError, AttributeError, AssertionError,
    MessageError,
)  # fmt: skip
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_MAIL_ID = re.compile(r"mai_[a-z2-7]{32}")


@dataclass(frozen=True)
class Report:
    """What a mail server says of one recipient. ``mail_id``: of ours, if the report names it.

    ``action``: failed, delayed, delivered, relayed or expanded. ``status``: RFC 3463, as 5.1.1.
    """

    recipient: str
    action: str
    status: str
    diagnostic: str
    mail_id: str | None = None

    @property
    def is_failure(self) -> bool:
        return self.action == "failed"

    @property
    def is_lasting(self) -> bool:
        """Whether the address itself is no good (5.x), rather than its server away too long."""
        return self.is_failure and self.status.startswith("5")


def mail_id_in(text: str) -> str | None:
    """The id of one of our mails, as its Message-ID and its envelope id hold it."""
    found = _MAIL_ID.search(text)
    return found[0] if found else None


def reports(content: bytes) -> list[Report]:
    """The reports in a mail; none when it is no report, or cannot be read."""
    content = content[:LARGEST]
    if content.count(b"\n--") > MOST_PARTS:
        # The parser takes seconds for a hundred thousand parts.
        return []
    try:
        return _reports(content)
    except _UNREADABLE as error:
        # Anybody may write to that mailbox, and the parser of the standard library has its limits.
        log.warning("bounce.unreadable", error=type(error).__name__, size=len(content))
        return []


def _reports(content: bytes) -> list[Report]:
    mail = message_from_bytes(content, policy=default)
    parts = list(mail.walk())
    is_report = mail.get_content_type() == "multipart/report"
    blocks = _blocks(parts) if is_report else []
    if not blocks:
        return _in_free_text(content, parts)
    mail_id = mail_id_in(_field(blocks[0], "Original-Envelope-Id")) or _returned_id(parts)
    return [_report(each, mail_id) for each in blocks[1 : MOST_RECIPIENTS + 1]]


def _in_free_text(content: bytes, parts: Sequence[Message]) -> list[Report]:
    """One of our mails failed for good, as a report says that has no part for machines."""
    mail_id, found = _returned_id(parts), failure_in(parts)
    mail_id = mail_id or mail_id_in(content.decode("ascii", "replace"))
    if mail_id is None or found is None:
        return []
    status, line = found
    return [Report("", "failed", status, _printable(line), mail_id)]


def _blocks(parts: Sequence[Message]) -> list[Message]:
    """The groups of fields: the first is about the mail, each further one about a recipient."""
    for part in parts:
        payload = part.get_payload()
        if part.get_content_type() == "message/delivery-status" and isinstance(payload, list):
            return [each for each in payload if isinstance(each, Message)]
    return []


def _returned_id(parts: Sequence[Message]) -> str | None:
    """From the Message-ID of the mail that is returned, whole or its headers alone."""
    for part in parts:
        kind, payload = part.get_content_type(), part.get_payload()
        if kind == "text/rfc822-headers" and isinstance(part, EmailMessage):
            return mail_id_in(str(part.get_content()))
        if kind == "message/rfc822" and isinstance(payload, list):
            returned = [each for each in payload if isinstance(each, Message)]
            return mail_id_in("".join(str(each.get("Message-ID", "")) for each in returned))
    return None


def _report(block: Message, mail_id: str | None) -> Report:
    told = _field(block, "Original-Recipient") or _field(block, "Final-Recipient")
    diagnostic = _field(block, "Diagnostic-Code")
    status = _STATUS.search(_field(block, "Status")) or _STATUS.search(diagnostic)
    return Report(
        recipient=told.partition(";")[2].strip()[:254],
        action=_field(block, "Action").strip().lower()[:20],
        status=status[1] if status else "",
        diagnostic=diagnostic[:500],
        mail_id=mail_id,
    )


def _field(block: Message, name: str) -> str:
    return _printable(str(block.get(name, "")))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
