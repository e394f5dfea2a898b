"""Reads the path and query parameters of a request, once and strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Request

from services.public.catalogue import LANGUAGES, accepted
from shared.errors import Malformed
from shared.times import parse_day

# The parameters of all forms of the list.
NARROWING = ("product", "outside_eea", "verdict", "country", "category", "state", "q")
LIST = ("lang", "as_of", *NARROWING, "sort", "page")
FILE = (*LIST, "bom")
WITHIN_A_DAY = tuple(name for name in LIST if name != "as_of")
MAX_TEXT = 100
ALL, CHANGING = "all", "changing"
CHOICES = {
    "verdict": (
        *("missing", "no_place", "invalid", "unproven", "unknown"),
        *("expiring", "valid", "no_transfer"),
    ),
    "state": ("active", "planned", "only_if_enabled", "chosen_by_customer", CHANGING),
    "sort": ("name", "country", "since", "verdict", "next"),
}
YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no")


class BadQuery(Malformed):
    """A parameter of the query cannot be read."""

    code = "bad-query"

    def __init__(self, key: str, **values: str) -> None:
        # ``errors`` adds the detail, in the visitor's language.
        super().__init__(context=values)
        self.key = f"bad_query.{key}"


@dataclass(frozen=True)
class Query:
    """The parameters of one request. ``language``: None if pages lack the visitor's;
    ``otherwise``: the one that suits the visitor next, for a register that lacks the first. More
    are not kept: each combination is an answer of its own in the cache."""

    slug: str
    language: str | None
    otherwise: str | None = None
    as_of: date | None = None
    country: str = ""
    category: str = ""
    q: str = ""
    product: str = ""
    outside_eea: bool = False
    verdict: str = ""
    state: str = ""
    sort: str = ""
    page: str = ""
    bom: bool = False
    from_: date | None = None
    to: date | None = None
    after: int = 0
    entry_id: str = ""
    change_id: str = ""
    number: int = 0
    name: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether it asks for a part of the list only."""
        return any(getattr(self, name) for name in NARROWING)


def read_query(request: Request, path: Mapping[str, str], allowed: tuple[str, ...]) -> Query:
    """Return the query of this request; ``path`` are the variables of its route.

    Parameters that are not ``allowed`` are ignored: links gather such on their way. Raises
    ``BadQuery`` for one that is repeated or unreadable.
    """
    params = members(request, allowed)
    best, second = languages(params, request)
    return Query(
        slug=path.get("slug", ""),
        entry_id=path.get("entry_id", ""),
        change_id=path.get("change_id", ""),
        number=int(path.get("number", 0)),
        name=path.get("name", ""),
        language=best,
        otherwise=second,
        as_of=day(params, "as_of"),
        country=country(params.get("country", "")),
        category=params.get("category", ""),
        q=params.get("q", "").strip(),
        product=params.get("product", ""),
        outside_eea=flag(params, "outside_eea"),
        verdict=choice(params, "verdict"),
        state=choice(params, "state"),
        sort=choice(params, "sort"),
        page=page(params.get("page", "")),
        bom=flag(params, "bom"),
        from_=day(params, "from"),
        to=day(params, "to"),
        after=number(params.get("after", "0")),
    )


def members(request: Request, allowed: tuple[str, ...]) -> dict[str, str]:
    """Return the parameters that have a value; a form also sends empty ones."""
    params = {}
    for name, values in request.args.lists():
        if name not in allowed:
            continue
        if len(values) > 1:
            raise BadQuery("repeated", name=name)
        if len(values[0]) > MAX_TEXT:
            raise BadQuery("too_long", name=name, limit=str(MAX_TEXT))
        if values[0]:
            params[name] = values[0]
    return params


def languages(params: Mapping[str, str], request: Request) -> tuple[str | None, str | None]:
    """Return the two languages that suit the visitor best; the one that is asked for is first."""
    tag = params.get("lang")
    if tag and tag not in LANGUAGES:
        raise BadQuery("lang", value=tag, allowed=", ".join(LANGUAGES))
    read = [one for one in accepted(request.accept_languages) if one != tag]
    best, second, *_ = [*([tag] if tag else []), *read, None, None]
    return best, second


def day(params: Mapping[str, str], name: str) -> date | None:
    value = params.get(name)
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


def choice(params: Mapping[str, str], name: str) -> str:
    value = params.get(name, "")
    if value and value not in CHOICES[name]:
        raise BadQuery("choice", name=name, value=value, allowed=", ".join(CHOICES[name]))
    return value


def flag(params: Mapping[str, str], name: str) -> bool:
    value = params.get(name, NO[0])
    if value not in (*YES, *NO):
        raise BadQuery("choice", name=name, value=value, allowed=f"{YES[0]}, {NO[0]}")
    return value in YES


def page(value: str) -> str:
    """Return the number of a page of the list, or that all is asked for on one page."""
    if value not in ("", ALL) and not (value.isascii() and value.isdigit() and 0 < len(value) < 6):
        raise BadQuery("page", value=value)
    return value if value == ALL else value.lstrip("0")


def number(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise BadQuery("after", value=value)
    return int(value)
