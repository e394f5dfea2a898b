"""A letter as a mail: headers that nobody can add to, plain text and HTML side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import idna
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notices.channels.email.letters import Letter
from services.notices.channels.email.plain import plain

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
LONGEST_HEADER = 200
# An atom of RFC 5322 or, with RFC 6531, letters of any script; quoted local parts are refused.
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}")
_BREAKING = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")

_pages = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Mail:
    """Ready to be handed over. ``content`` is RFC 5322 with CRLF and pure ASCII lines."""

    id: str
    sender: str
    recipient: str
    content: bytes


def composed(row: Any, letter: Letter, sender: Address, on_behalf_of: str | None = None) -> Mail:
    """The mail of a row of ``mails``. The same row always gives the same bytes but the boundary.

    ``on_behalf_of``: the vendor, named beside the sender. Raises ValueError when the recipient is
    no address.
    """
    to = _address(row["to"].get("name") or "", row["to"]["email"])
    mail = EmailMessage(policy=SMTP if to.addr_spec.isascii() else SMTPUTF8)
    name = f"{on_behalf_of} via {sender.display_name}" if on_behalf_of else sender.display_name
    mail["From"] = Address(one_line(name), sender.username, sender.domain)
    mail["To"] = to
    mail["Subject"] = one_line(letter.subject)
    mail["Date"] = format_datetime(_seconds(row["made_at"]))
    mail["Message-ID"] = message_id(row, sender.domain)
    # RFC 3834: no machine shall answer; and no List-Unsubscribe, for a notice that a contract
    # owes cannot be unsubscribed, only sent to somebody else.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(plain(letter), cte="quoted-printable")
    html = _pages.get_template("mail.html").render(letter=letter)
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    # Content headers set before would have moved into the first part.
    mail["Content-Language"] = letter.language
    return Mail(row["_id"], sender.addr_spec, to.addr_spec, mail.as_bytes())


def message_id(row: Any, domain: str) -> str:
    """Derived from the notice and the contact: the same however often the mail is sent."""
    about = row.get("notice_id") or row["kind"].replace(".", "-")
    return f"<{about}.{row['_id']}@{domain}>"


def one_line(text: str) -> str:
    """Text for a header: one line, bounded, nothing that could begin another header."""
    return _BREAKING.sub(" ", text).strip()[:LONGEST_HEADER]


def rendered(template: str, **values: Any) -> str:
    """A page of ours as HTML."""
    return _pages.get_template(template).render(**values)


def _address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    if not _LOCAL.fullmatch(local) or not domain:
        raise ValueError("no address")
    # IDNA fails with a ValueError, too.
    return Address(one_line(name), local, idna.encode(domain, uts46=True).decode())


def _seconds(at: datetime) -> datetime:
    return at.replace(microsecond=0)
