"""What a visitor asks for: the members of the query, read once and refused when unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Request

from services.public.catalogue import LANGUAGES
from shared.errors import Malformed
from shared.times import parse_day

LIST = ("lang", "as_of", "country", "category", "q")
MAX_TEXT = 100


class BadQuery(Malformed):
    """A member of the query cannot be read."""

    code = "bad-query"

    def __init__(self, key: str, **values: str) -> None:
        # The text is written when the error page is, because only then is the language known.
        super().__init__(context=values)
        self.key = f"bad_query.{key}"


@dataclass(frozen=True)
class Ask:
    """``language`` is None when the visitor has no wish we can meet; the processor's own then."""

    slug: str
    language: str | None
    as_of: date | None = None
    country: str = ""
    category: str = ""
    q: str = ""
    from_: date | None = None
    to: date | None = None
    after: int = 0
    entry_id: str = ""
    name: str = ""


def read(request: Request, where: Mapping[str, str], allowed: tuple[str, ...]) -> Ask:
    """The ask of this request; BadQuery for an unknown, repeated or unreadable member."""
    told = members(request, allowed)
    return Ask(
        slug=where.get("slug", ""),
        entry_id=where.get("entry_id", ""),
        name=where.get("name", ""),
        language=language(told, request),
        as_of=day(told, "as_of"),
        country=country(told.get("country", "")),
        category=told.get("category", ""),
        q=told.get("q", "").strip(),
        from_=day(told, "from"),
        to=day(told, "to"),
        after=number(told.get("after", "0")),
    )


def members(request: Request, allowed: tuple[str, ...]) -> dict[str, str]:
    """The members with a value: a form sends its empty fields too, and they mean nothing."""
    told = {}
    for name, values in request.args.lists():
        if name not in allowed:
            raise BadQuery("unknown", name=name[:MAX_TEXT], allowed=", ".join(allowed) or "–")
        if len(values) > 1:
            raise BadQuery("repeated", name=name)
        if len(values[0]) > MAX_TEXT:
            raise BadQuery("too_long", name=name, limit=str(MAX_TEXT))
        if values[0]:
            told[name] = values[0]
    return told


def language(told: Mapping[str, str], request: Request) -> str | None:
    wish = told.get("lang")
    if wish is None:
        return request.accept_languages.best_match(LANGUAGES)
    if wish not in LANGUAGES:
        raise BadQuery("lang", value=wish, allowed=", ".join(LANGUAGES))
    return wish


def day(told: Mapping[str, str], name: str) -> date | None:
    value = told.get(name)
    if value is None:
        return None
    try:
        return parse_day(value)
    except ValueError:
        raise BadQuery("day", name=name, value=value) from None


def country(value: str) -> str:
    if value and not (len(value) == 2 and value.isascii() and value.isalpha()):
        raise BadQuery("country", value=value)
    return value.upper()


def number(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise BadQuery("after", value=value)
    return int(value)
