"""A customer's list as lines of CSV (RFC 4180): one a place, because the verdict belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shared.sheets import line

Json = Mapping[str, Any]
OF_ENTRY = (
    "processor", "id", "legal_name", "brand", "registration_number", "country", "website",
    "categories", "data_categories", "data_subjects", "special_categories", "products", "stage",
    "listed_since", "listed_until",
)  # fmt: skip
OF_CHANGE = ("next_change_id", "next_change_kind", "next_change_on")
OF_PLACE = ("location_country", "location_region", "location_kind", "mechanisms")
OF_VERDICT = ("verdict_status", "verdict_reason", "verdict_ends_on")
OF_PURPOSE = ("purpose_en", "purpose_da", "purpose_sv")


def lines(items: Iterable[Json]) -> Iterator[str]:
    """The headings, and one line for each place of each entry, or one of an entry without any."""
    yield line((*OF_ENTRY, *OF_PURPOSE, *OF_CHANGE, *OF_PLACE, *OF_VERDICT))
    for item in items:
        places: Sequence[Json] = item["locations"] or ({},)
        for place in places:
            yield line((*_entry(item), *_place(place)))


def _entry(item: Json) -> Iterator[object]:
    change = item["next_change"] or {}
    yield from (item[name] for name in OF_ENTRY)
    yield from (item["purpose"].get(name.removeprefix("purpose_")) for name in OF_PURPOSE)
    yield from (change.get(name) for name in ("change_id", "kind", "effective_on"))


def _place(place: Json) -> Iterator[object]:
    verdict = place.get("verdict") or {}
    yield from (place.get(name) for name in ("country", "region", "kind"))
    yield [each["instrument_id"] for each in place.get("mechanisms", ())]
    yield from (verdict.get(name) for name in ("status", "reason", "ends_on"))
