"""Reports without a part for machines, as some servers write and forward them: text alone.

Such a mail counts only if it holds the id under which one of ours went out, which nobody but its
recipient's servers has seen, and a code of lasting failure (RFC 3463, 5.x.x). A notice of absence
that quotes our mail holds no such code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.message import EmailMessage, Message

_LASTING = re.compile(r"(?<![\d.])(5\.\d{1,3}\.\d{1,3})(?![\d.])")
_LONGEST_LINE = 500
# A person's out-of-office reply is no report (RFC 3834).
_REPLIED = "auto-replied"


def failure_in(parts: Sequence[Message]) -> tuple[str, str] | None:
    """The code of lasting failure that a mail in free text names, and the line it stands in; None
    when it names none."""
    if str(parts[0].get("Auto-Submitted", "")).lower().startswith(_REPLIED):
        return None
    for text in _texts(parts):
        for line in text.splitlines():
            if found := _LASTING.search(line):
                return found[1], line.strip()[:_LONGEST_LINE]
    return None


def _texts(parts: Sequence[Message]) -> list[str]:
    """The texts of a mail, without those of the mails it carries."""
    carried = {
        id(inner)
        for part in parts
        if part.get_content_type() == "message/rfc822"
        for inner in part.walk()
        if inner is not part
    }
    return [
        str(part.get_content())
        for part in parts
        if isinstance(part, EmailMessage)
        and part.get_content_type() in ("text/plain", "text/html")
        and id(part) not in carried
    ]
