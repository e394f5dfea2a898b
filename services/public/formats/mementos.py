"""The register as it stood at a time, for archives and their clients (RFC 7089, Memento)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from email.utils import format_datetime, parsedate_to_datetime

from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from services.public.history import number_on
from services.public.register import Register
from shared.errors import Malformed

LINK_FORMAT = "application/link-format"


class BadAcceptDatetime(Malformed):
    """Accept-Datetime must be a day of HTTP, such as "Thu, 31 May 2007 20:35:00 GMT"."""

    code = "bad-accept-datetime"


def links(register: Register) -> str:
    """Return where the former states of this list are found."""
    return (
        f'<{register.url}/timegate>; rel="timegate", '
        f'<{register.url}/timemap>; rel="timemap"; type="{LINK_FORMAT}"'
    )


def headers(register: Register, day: date) -> Iterator[tuple[str, str]]:
    """Yield what says that an answer shows a former state."""
    yield "Memento-Datetime", written(register.midnight(day))
    yield "Link", f'<{register.url}>; rel="original", {links(register)}'


def gate(register: Register, wanted: str | None) -> Response:
    """Lead to the list of the day that ``Accept-Datetime`` names; without it, of today.

    Before the first list, its first day is the nearest. Raises ``BadAcceptDatetime``.
    """
    first = register.versions[0]
    at = instant(wanted).astimezone(register.zone).date() if wanted else register.today
    day = max(first, min(at, register.today))
    answer = redirect(f"{register.url}?as_of={day}")
    answer.headers["Vary"] = "Accept-Datetime"
    answer.headers["Link"] = f'<{register.url}>; rel="original", {links(register)}'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def instant(text: str) -> datetime:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        raise BadAcceptDatetime from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def timemap(register: Register) -> str:
    """Return all versions of the list with their addresses (RFC 6690)."""
    days = register.versions
    start, end = (written(register.midnight(day)) for day in (days[0], days[-1]))
    span = f'from="{start}"; until="{end}"'
    first = [
        f'<{register.url}>; rel="original"',
        f'<{register.url}/timegate>; rel="timegate"',
        f'<{register.url}/timemap>; rel="self"; type="{LINK_FORMAT}"; {span}',
    ]
    return ",\n".join([*first, *(version(register, day) for day in days)]) + "\n"


def version(register: Register, day: date) -> str:
    number, count = number_on(register.versions, day), len(register.versions)
    place = [name for name, at in (("first", 1), ("last", count)) if at == number]
    relation = " ".join([*place, "memento"])
    at = written(register.midnight(day))
    return f'<{register.url}/v/{number}>; rel="{relation}"; datetime="{at}"'


def written(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)
