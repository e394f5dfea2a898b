"""Whose law governs an export on a day, from data/laws.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from services.registry.data import read

# A vendor under Union law wherever it sits; it stands for all without a line of their own.
ANY_EXPORTER = "*"


@dataclass(frozen=True, slots=True)
class Law:
    """``id`` is what instruments cite by, ``regime`` is EU (the EEA), UK or CH.

    ``chapter`` is the provision that forbids transfers without a basis. ``first_day`` is the first
    day on which this law governed exports from there.
    """

    id: str
    regime: str
    chapter: str
    first_day: date


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read("laws.json")
    return data


@cache
def _laws_of(exporter: str) -> tuple[tuple[date, Law | None], ...]:
    """The laws that governed exports from there, each with its first day; None is not held."""
    exporters = _data()["exporters"]
    timeline = exporters.get(exporter) or exporters[ANY_EXPORTER]
    dated = ((date.fromisoformat(day), law_id) for day, law_id in timeline)
    return tuple((day, _law(law_id, day)) for day, law_id in dated)


def _law(law_id: str | None, first_day: date) -> Law | None:
    if law_id is None:
        return None
    record = _data()["laws"][law_id]
    return Law(law_id, record["regime"], record["chapter"], first_day)


def known_laws() -> tuple[str, ...]:
    """The ids of the laws held."""
    return tuple(_data()["laws"])


def law_of(exporter: str, on: date) -> Law | None:
    """The law that governs an export from the country on that day; None if it is not held here."""
    begun = [law for day, law in _laws_of(exporter) if day <= on]
    return begun[-1] if begun else None


def seat_regime(country: str) -> str:
    """The regime of the country's own law, today's if it has had several."""
    laws = [law for _, law in _laws_of(country) if law]
    return laws[-1].regime


def timeline_of(country: str, regime: str) -> str:
    """The exporter whose laws, day by day, are those of the regime for a vendor in ``country``.

    A vendor can be under the law of another place than its seat (GDPR Art. 3(2), FADP Art. 3).
    """
    own = seat_regime(country) == regime
    return country if own else str(_data()["regimes"][regime])


def regimes() -> tuple[str, ...]:
    return tuple(_data()["regimes"])


def next_law(exporter: str, law: Law) -> Law | None:
    """The law that followed in that country; None if none did."""
    later = [after for _, after in _laws_of(exporter) if after and after.first_day > law.first_day]
    return later[0] if later else None


@cache
def first_days() -> tuple[date, ...]:
    """The days on which any of the laws began to govern somewhere."""
    timelines = _data()["exporters"].values()
    return tuple({date.fromisoformat(day) for timeline in timelines for day, _ in timeline})
