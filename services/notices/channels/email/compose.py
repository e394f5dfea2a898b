"""A letter as a mail: headers that nobody can add to, plain text and HTML side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notices.channels.email import headers
from services.notices.channels.email.plain import plain
from services.notices.letters import Letter
from shared.safe_text import header, isolated, mailbox, one_line, phrase, shown

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
LONGEST_VENDOR, LONGEST_OWN_NAME = 130, 60

_pages = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=shown,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.filters["isolated"] = isolated


@dataclass(frozen=True)
class Mail:
    """Ready to be handed over.

    ``id``: by which it may come back. ``content`` is RFC 5322 with CRLF and, but for an address
    beyond ASCII, pure ASCII lines.
    """

    id: str
    sender: str
    recipient: str
    content: bytes


@dataclass(frozen=True)
class _Person:
    name: str
    address: str

    @property
    def header(self) -> str:
        return f"{phrase(self.name)}\r\n <{self.address}>" if self.name else self.address

    @property
    def meant(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True)
class Under:
    """What a mail belongs to. ``vendor``: named beside the sender, and read at ``reply_to``.
    ``before``: the row of the mail that it follows; ``root``: the notice of both. ``end_url``:
    where one POST ends what its reader has subscribed to."""

    vendor: str | None = None
    reply_to: str = ""
    before: Any = None
    root: str = ""
    end_url: str = ""


ART28 = Under()


def composed(row: Any, letter: Letter, sender: Address, under: Under = ART28) -> Mail:
    """The mail of a row of ``mails``. The same row always gives the same bytes but the boundary.

    Raises ValueError when the recipient is no address, ``HeadersForged`` when the result holds a
    header that is not ours.
    """
    origin = _Person(_sender_name(sender, under.vendor), mailbox(sender.addr_spec))
    to = _Person(one_line(row["to"].get("name") or ""), mailbox(row["to"]["email"]))
    back = _reads_answers(under, origin)
    fixed = _fixed(row, letter, origin.address.rpartition("@")[2], under)
    lines = {"From": origin.header, "Reply-To": back.header, "To": to.header,
             "Subject": header(letter.subject), **fixed}  # fmt: skip
    meant = {"From": origin.meant, "Reply-To": back.meant, "To": to.meant,
             "Subject": one_line(letter.subject), **_unfolded(fixed)}  # fmt: skip
    body = _body(letter)
    content = headers.written(lines) + body.as_bytes()
    # The headers of the body are Python's; no word of others is in them.
    headers.check(content, meant | dict(body.items()))
    return Mail(returns_as(row), origin.address, to.address, content)


def _sender_name(sender: Address, on_behalf_of: str | None) -> str:
    """However long the vendor's name is, who really sends stays to be read."""
    own = one_line(sender.display_name, LONGEST_OWN_NAME)
    if not on_behalf_of:
        return own
    return f"{isolated(one_line(on_behalf_of, LONGEST_VENDOR))} via {own}"


def _unfolded(lines: Mapping[str, str]) -> Mapping[str, str]:
    return {name: value.replace("\r\n ", " ") for name, value in lines.items()}


def _reads_answers(under: Under, origin: _Person) -> _Person:
    """The vendor; the sender where it has no address that can be written to."""
    try:
        address = mailbox(under.reply_to)
    except ValueError:
        return _Person("", origin.address)
    return _Person(one_line(under.vendor or "", LONGEST_VENDOR), address)


def _fixed(row: Any, letter: Letter, domain: str, under: Under) -> Mapping[str, str]:
    return {
        "Date": format_datetime(_seconds(row["made_at"])),
        "Message-ID": message_id(row, domain),
        **_thread(row, domain, under),
        # RFC 3834: no machine shall answer.
        "Auto-Submitted": "auto-generated",
        "Content-Language": letter.language,
        **_ended_by(under),
    }


def _ended_by(under: Under) -> Mapping[str, str]:
    """RFC 8058, in mails to subscribers only: a notice that a contract owes cannot be unsubscribed,
    only sent to somebody else."""
    if not under.end_url:
        return {}
    return {
        "List-Unsubscribe": f"<{under.end_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _thread(row: Any, domain: str, under: Under) -> Mapping[str, str]:
    """What shows a mail below others of its notice or agreement, which all refer to one id."""
    root = under.root or row.get("notice_id") or row.get("agreement_id")
    if not root:
        return {}
    first = f"<{root}@{domain}>"
    if under.before is None:
        return {"References": first}
    before = message_id(under.before, domain)
    return {"In-Reply-To": before, "References": f"{first}\r\n {before}"}


def _body(letter: Letter) -> EmailMessage:
    body = EmailMessage(policy=SMTP)
    body.set_content(plain(letter), cte="quoted-printable")
    body.add_alternative(html_of(letter), subtype="html", cte="quoted-printable")
    return body


def html_of(letter: Letter) -> str:
    return _pages.get_template("mail.html").render(letter=letter)


def message_id(row: Any, domain: str) -> str:
    """Of the notice and the stored mail: the same however often the mail is sent."""
    about = row.get("notice_id") or row["kind"].replace(".", "-")
    return f"<{about}.{returns_as(row)}@{domain}>"


def returns_as(row: Any) -> str:
    """The id by which a report of its bounce names the mail; only its recipient sees it."""
    return str(row.get("bounce_id") or row["_id"])


def rendered(template: str, **values: Any) -> str:
    """A page of ours as HTML."""
    return _pages.get_template(template).render(**values)


def _seconds(at: datetime) -> datetime:
    return at.replace(microsecond=0)
