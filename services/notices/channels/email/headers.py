"""The headers of a mail: written by us, and read again before it leaves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.header import decode_header, make_header
from email.parser import BytesParser
from email.policy import SMTP

from services.notices.model.channels import Unwritable

_FIELD = re.compile(r"([A-Za-z-]+): (.*)")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
# Headers that hold words of others, and those of them that hold addresses.
_ADDRESSES = ("From", "Reply-To", "To")
_SPOKEN = (*_ADDRESSES, "Subject")
PARTS = ["text/plain", "text/html"]


class HeadersForged(Unwritable):
    """The finished mail holds a line that we did not write; it is not sent."""


def written(headers: Mapping[str, str]) -> bytes:
    """The lines of the headers, each ended; values are folded already."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()


def check(content: bytes, meant: Mapping[str, str]) -> None:
    """Raises ``HeadersForged`` unless the headers of ``content`` are those of ``meant``, in this
    order, each once and with this value when decoded, and one multipart body follows."""
    head, _, body = content.partition(b"\r\n\r\n")
    fields = [_field(line) for line in _unfolded(head)]
    if [name for name, _ in fields] != list(meant):
        raise HeadersForged("Headers are missing, or there are others.")
    for name, value in fields:
        if decoded(name, value) != meant[name]:
            raise HeadersForged(f"{name} does not say what was meant.")
    _check_parts(content, body)


def decoded(name: str, value: str) -> str:
    """A header's value as its reader sees it: words decoded, a display name without quotes."""
    if name not in _SPOKEN:
        return value
    words, address = value, ""
    if name in _ADDRESSES:
        words, space, address = value.rpartition(" ")
        words, address = words.strip('"'), space + address
    return str(make_header(decode_header(words))) + address


def _unfolded(head: bytes) -> list[str]:
    lines: list[str] = []
    for line in head.split(b"\r\n"):
        if _CONTROL.search(line):
            raise HeadersForged("A header holds a control character.")
        if line.startswith(b" ") and lines:
            lines[-1] += line.decode()
        else:
            lines.append(line.decode())
    return lines


def _field(line: str) -> tuple[str, str]:
    found = _FIELD.fullmatch(line)
    if found is None:
        raise HeadersForged("A line of the headers is none.")
    return found[1], found[2]


def _check_parts(content: bytes, body: bytes) -> None:
    mail = BytesParser(policy=SMTP).parsebytes(content)
    boundary = mail.get_boundary() or ""
    kinds = [each.get_content_type() for each in mail.walk()][1:]
    if not body.startswith(f"--{boundary}\r\n".encode()) or kinds != PARTS:
        raise HeadersForged("The body is not the two texts.")
