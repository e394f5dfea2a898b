"""A map of the world with the places of a list, each country in the class of its worst verdict."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from services.public.catalogue import Words
from services.public.entries import Listing
from services.public.find import is_judged, rank
from services.public.groups import recipients
from services.public.page_text import tally_word
from services.public.verdict_text import VERDICTS

Json = dict[str, Any]
# A place that the page does not judge, and a verdict that it does not know.
NAMED, DOT = "named", 5
SVG = Markup(
    '<svg viewBox="0 0 {width} {height}" role="img" aria-labelledby="map-title">'
    '<title id="map-title">{title}</title><path class="land" d="{land}"/>{countries}</svg>'
)
SHAPE = Markup('<path class="c {status}" d="{d}"><title>{name}</title></path>')
POINT = Markup(
    '<circle class="c {status}" cx="{x}" cy="{y}" r="{r}"><title>{name}</title></circle>'
)


@lru_cache
def world() -> Json:
    """Return the shapes and points of countries by their ISO code (see ``tests/world_map.py``)."""
    shapes: Json = json.loads((Path(__file__).parent / "world.json").read_text("utf-8"))
    return shapes


def of_list(listing: Listing, t: Words) -> Json:
    """Return the map of a list and the same in words: each country with its verdict and its number
    of places. Empty where no place is in a country."""
    return listing.once(("map", t.language), lambda: _of_list(listing, t))


def _of_list(listing: Listing, t: Words) -> Json:
    worst: dict[str, str] = {}
    number: dict[str, int] = {}
    for code, status in standings(listing):
        number[code] = number.get(code, 0) + 1
        worst[code] = min(worst.get(code, status), status, key=_order)
    if not worst:
        return {}
    rows: list[Json] = [
        {"code": code, "name": t.country(code), "status": status, "number": number[code],
         "words": word(status, listing, t)}
        for code, status in worst.items()
    ]  # fmt: skip
    rows.sort(key=lambda row: (_order(row["status"]), row["name"].casefold()))
    statuses = dict.fromkeys(row["status"] for row in rows)
    return {
        "svg": drawn(rows, t),
        "rows": rows,
        "key": [(status, word(status, listing, t)) for status in statuses],
    }


def standings(listing: Sequence[Json]) -> Iterator[tuple[str, str]]:
    """Yield the country and the verdict of each place of those that the vendor engages."""
    for entry in recipients(listing):
        for place in entry.get("locations") or []:
            if place.get("country"):
                yield str(place["country"]), _status(place)


def _status(place: Json) -> str:
    if not is_judged(place):
        return NAMED
    status = str((place.get("verdict") or {}).get("status"))
    return status if status in VERDICTS else "unknown"


def _order(status: str) -> int:
    """Return the place of a verdict among all, the worst first; what is not judged hides none."""
    return rank("unproven") if status == NAMED else rank(status)


def word(status: str, listing: Listing, t: Words) -> str:
    return t("map.named") if status == NAMED else tally_word(status, listing, t)


def drawn(rows: Sequence[Json], t: Words) -> Markup:
    """Return the map; countries that are too small for a shape are points, above the others."""
    shapes, points = world()["shapes"], world()["points"]
    used = {row["code"] for row in rows}
    land = world()["without_code"] + "".join(d for code, d in shapes.items() if code not in used)
    found = [(row, shapes[row["code"]]) for row in rows if row["code"] in shapes]
    dots = [(row, points[row["code"]]) for row in rows if row["code"] in points]
    countries = [
        *(SHAPE.format(status=row["status"], d=d, name=_line(row, t)) for row, d in found),
        *(
            POINT.format(status=row["status"], x=at[0], y=at[1], r=DOT, name=_line(row, t))
            for row, at in dots
        ),
    ]
    return SVG.format(
        width=world()["width"],
        height=world()["height"],
        title=t("map.heading"),
        land=land,
        countries=Markup().join(countries),
    )


def _line(row: Json, t: Words) -> str:
    return f"{row['name']}: {row['words']} ({t.count('places', row['number'])})"
