"""Reads a receiver's answer, and keeps a small, bounded part of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

HEADER_BYTES = 64 * 1024
HEADER_LINES = 200
LONGEST_HINT = 86_400
LONGEST_LOCATION = 2048
STOP = -1

_SECONDS = re.compile(r"[0-9]{1,12}")
# libcurl takes `HTTP/1.1 2000` and `HTTP/3` over TCP for a 200.
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-9])[0-9]{2}(?: .*)?\r?\n", re.DOTALL)
_LONGEST_LENGTH = 18
# With any value but an empty one: send nothing more, until the owner resumes the endpoint.
STOP_HEADER = "Webhook-Stop"
_STOPS = STOP_HEADER.lower().encode()
_NOTED = frozenset({b"retry-after", b"location", b"content-length", b"transfer-encoding", _STOPS})


class Answer:
    """Collects one answer. Its methods are libcurl's callbacks; they return STOP to end a transfer.

    `complete`: all header lines of the latest answer have arrived. `full`: the body was cut off at
    the limit. `broken`: the answer is not valid HTTP.
    """

    def __init__(self, body_limit: int) -> None:
        self._limit = body_limit
        self.forget()

    def forget(self) -> None:
        """Reset for the next answer."""
        self._header_bytes = self._header_lines = self._size = 0
        self._chunks: list[bytes] = []
        self.broken = self.full = False
        self._begin()

    def _begin(self) -> None:
        self._names: set[bytes] = set()
        self._at_status_line, self._interim = True, False
        self.complete = False
        self.hints: list[str] = []
        self.location: str | None = None
        self.stops = False

    @property
    def body(self) -> bytes:
        return b"".join(self._chunks)

    def take_header(self, line: bytes) -> int | None:
        """Read one header line or status line.

        Lines of interim answers (1xx) and trailers count towards the limits and are dropped:
        neither describes the final answer (RFC 9110, 6.5.1 and 15.2).
        """
        self._header_bytes += len(line)
        self._header_lines += 1
        if self._header_bytes > HEADER_BYTES or self._header_lines > HEADER_LINES:
            self.broken = True
            return STOP
        if self.complete:
            if not self._interim:
                return None
            self._begin()
        if self._at_status_line:
            return self._take_status(line)
        if line in (b"\r\n", b"\n"):
            self.complete = True
        name, _, value = line.partition(b":")
        name = name.lower()
        return self._note(name, value) if name in _NOTED else None

    def _take_status(self, line: bytes) -> int | None:
        found = _STATUS_LINE.fullmatch(line)
        self._at_status_line, self.broken = False, found is None
        # No other answer follows 101: the protocol would change.
        self._interim = found is not None and found[1] == b"1" and line[9:12] != b"101"
        return STOP if self.broken else None

    def _note(self, name: bytes, value: bytes) -> int | None:
        if name == b"retry-after":
            self.hints.append(value.decode("latin-1").strip())
        elif name == b"location" and self.location is None:
            self.location = value.decode("latin-1").strip()[:LONGEST_LOCATION]
        elif name == _STOPS:
            self.stops = bool(value.strip())
        elif name in (b"content-length", b"transfer-encoding"):
            self._names.add(name)
            # Both headers define the end of the body; RFC 9112, 6.3 lets a reader refuse that.
            self.broken = len(self._names) > 1 or (
                name == b"content-length" and len(value.strip()) > _LONGEST_LENGTH
            )
            return STOP if self.broken else None
        return None

    def take_body(self, data: bytes) -> int | None:
        """Keep the body up to its limit; stop the transfer there."""
        room = self._limit - self._size
        self._chunks.append(data[:room])
        self._size += len(data)
        if len(data) <= room:
            return None
        self.full = True
        return STOP


def retry_after(hints: list[str], now: datetime) -> int | None:
    """Return the longest wait in seconds that Retry-After headers request, up to a day.

    See RFC 9110, 10.2.3. Hints other than whole seconds or a future date are ignored: nan, 1e300,
    -5, the past.
    """
    waits = [wait for hint in hints if (wait := _seconds(hint, now)) > 0]
    return min(max(waits), LONGEST_HINT) if waits else None


def _seconds(hint: str, now: datetime) -> int:
    if _SECONDS.fullmatch(hint):
        return int(hint)
    try:
        at = parsedate_to_datetime(hint)
        aware = at if at.tzinfo else at.replace(tzinfo=UTC)
        return int((aware - now).total_seconds())
    except (ValueError, OverflowError, IndexError):
        return 0
