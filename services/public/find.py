"""What a visitor looks for in a list: which entries match, in which order, on which page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.public.catalogue import Words
from services.public.entries import Entry
from services.public.query import ALL, CHANGING, Query

Json = Mapping[str, Any]

# The states of Art. 1 of the EEA Agreement. Only for places that no verdict of EU law judges.
UNION: tuple[str, ...] = (
    "AT",
    "BE",
    "BG",
    "HR",
    "CY",
    "CZ",
    "DK",
    "EE",
    "FI",
    "FR",
    "DE",
    "GR",
    "HU",
    "IE",
)
UNION += ("IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE")
EEA = frozenset((*UNION, "IS", "LI", "NO"))
# The worst first, as the tally counts.
STRICTNESS = ("missing", "no_place", "invalid", "unproven", "unknown", "expiring", "valid")
# Longer lists are cut into pages of so many entries.
ONE_PAGE, PAGE_LENGTH = 200, 100


def matching(entries: Sequence[Entry], query: Query, t: Words) -> list[Entry]:
    """Return the entries that the query asks for, in its order."""
    found = [entry for entry in entries if matches(entry, query, t)]
    return found if query.sort in ("", "name") else sorted(found, key=ORDERS[query.sort](t))


def matches(entry: Entry, query: Query, t: Words) -> bool:
    return (
        (not query.product or is_for(entry, query.product))
        and (not query.outside_eea or bool(outside_eea(entry)))
        and (not query.verdict or query.verdict in statuses(entry))
        and (not query.country or query.country in countries(entry))
        and (not query.category or query.category in (entry.get("categories") or []))
        and (not query.state or in_state(entry, query.state))
        and (not query.q or query.q.casefold() in search_text(entry, t))
    )


def is_for(entry: Json, product: str) -> bool:
    """Whether an entry is used for a product; one that names no product is used for all."""
    return product in (entry.get("products") or [product])


def in_state(entry: Json, state: str) -> bool:
    if state == CHANGING:
        return bool(entry.get("next_change") or entry.get("listed_until"))
    return (entry.get("stage") or "active") == state


def outside_eea(entry: Json) -> list[Json]:
    """Return the places of an entry that lie outside the EEA."""
    return [place for place in entry.get("locations") or [] if not in_eea(place)]


def in_eea(place: Json) -> bool:
    """Whether a place lies in the EEA: as EU law judges it on the day, else by its code."""
    verdict = place.get("verdict") or {}
    judged = [one for one in verdict.get("by_regime") or [verdict] if one.get("regime") == "EU"]
    if judged:
        return bool(judged[0].get("status") == "no_transfer")
    return place.get("country") in EEA


def statuses(entry: Json) -> list[str]:
    """Return the verdict on each judged place of an entry, or that it states no place."""
    places = entry.get("locations") or []
    if not places:
        return ["no_place"]
    verdicts = [(place.get("verdict") or {}).get("status") for place in places if is_judged(place)]
    known = (*STRICTNESS, "no_transfer")
    return [one if one in known else "unknown" for one in verdicts]


def is_judged(place: Json) -> bool:
    """Whether the page says how a place stands; one that only names bases may not."""
    return "verdict" not in place or place["verdict"] is not None


def countries(entry: Json) -> set[str]:
    """Return the countries of an entry: of its seat and of its places."""
    places = [place.get("country") for place in entry.get("locations") or []]
    return {code for code in (entry.get("country"), *places) if code}


def search_text(entry: Entry, t: Words) -> str:
    """Return the text of an entry that searches match, in lower case: countries and services by
    code and by the name that they have in the visitor's language."""
    return entry.once(("search_text", t.language), lambda: search_text_of(entry, t))


def search_text_of(entry: Json, t: Words) -> str:
    purpose = entry.get("purpose")
    texts = purpose.values() if isinstance(purpose, Mapping) else [purpose]
    lists = (entry.get("categories"), entry.get("data_categories"), entry.get("products"))
    codes = [code for codes in lists for code in codes or []]
    named = [t.named("category", code) for code in entry.get("categories") or []]
    places = [word for code in sorted(countries(entry)) for word in (code, t.country(code))]
    parts = [entry.get("legal_name"), entry.get("brand"), *texts, *codes, *named, *places]
    return " ".join(str(part) for part in parts if part).casefold()


def _by_country(t: Words) -> Callable[[Json], Any]:
    return lambda entry: (t.country(entry.get("country") or "").casefold(), _name(entry))


def _by_since(_: Words) -> Callable[[Json], Any]:
    return lambda entry: (_newest(entry.get("listed_since")), _name(entry))


def _by_verdict(_: Words) -> Callable[[Json], Any]:
    return lambda entry: (_strictness(entry), _name(entry))


def _by_next(_: Words) -> Callable[[Json], Any]:
    return lambda entry: (_next_day(entry), _name(entry))


ORDERS = {"country": _by_country, "since": _by_since, "verdict": _by_verdict, "next": _by_next}


def _name(entry: Json) -> str:
    return str(entry.get("legal_name") or "").casefold()


def _newest(day: str | None) -> int:
    """Return a number that is the smaller, the later the day; without a day it is the largest."""
    return -int((day or "0000-00-00").replace("-", ""))


def _strictness(entry: Json) -> int:
    return min((rank(one) for one in statuses(entry)), default=len(STRICTNESS))


def rank(status: str) -> int:
    return STRICTNESS.index(status) if status in STRICTNESS else len(STRICTNESS)


def _next_day(entry: Json) -> str:
    change = (entry.get("next_change") or {}).get("effective_on")
    return min((day for day in (change, entry.get("listed_until")) if day), default="9999-12-31")


def paged(entries: Sequence[Entry], page: str) -> tuple[list[Entry], int]:
    """Return the entries of a page of the list, and how many pages there are (1: no pages)."""
    if len(entries) <= ONE_PAGE or page == ALL:
        return list(entries), 1
    pages = -(-len(entries) // PAGE_LENGTH)
    at = min(int(page or 1), pages)
    return list(entries[(at - 1) * PAGE_LENGTH : at * PAGE_LENGTH]), pages


def options(entries: Sequence[Entry], t: Words) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen: of the whole list, each with its name, sorted by name."""
    codes = {code for entry in entries for code in countries(entry)}
    categories = {code for entry in entries for code in entry.get("categories") or []}
    products = {name for entry in entries for name in entry.get("products") or []}
    return {
        "product": by_name({name: name for name in products}),
        "country": by_name({code: t.country(code) for code in codes}),
        "category": by_name({code: t.named("category", code) for code in categories}),
    }


def by_name(names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return pairs of code and name, sorted by name."""
    return sorted(names.items(), key=lambda pair: pair[1].casefold())
