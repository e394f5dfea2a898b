"""Transfer instruments as dated records: adequacy decisions, clauses, rules, derogations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

from services.registry.data import read
from services.registry.transfers.countries import counts_as
from services.registry.transfers.laws import Law
from services.registry.transfers.parts import (
    ANY_RECIPIENT,
    PARTS,
    Contested,
    Days,
    Exemption,
    OpenCase,
    Scope,
    frozen,
)
from services.registry.transfers.wording import Named

# How published lists name a mechanism, and the record meant. A bare "scc" names no edition.
MECHANISM_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "dpf": "eu-us-dpf",
        "privacy-shield": "eu-us-privacy-shield",
        "safe-harbour": "us-safe-harbour",
        "safe-harbor": "us-safe-harbour",
        "scc": "scc",
    }
)

_DAYS = ("valid_from", "ended_on", "expires_on", "signed_before", "compiled_on", "checked_on")


@dataclass(frozen=True, slots=True)
class Instrument:
    """One basis for transfers, with the days on which it has effect.

    ``valid_from`` is the first day with effect, ``ended_on`` the first day without, ``expires_on``
    the last day with effect. ``destinations`` are ISO 3166-1 codes or ``("*",)``;
    ``organisations`` are international organisations, which have no code. ``regime`` is the law
    it serves: EU (the EEA), UK or CH. ``stale`` says that nobody has checked the record for long.
    ``compiled_on`` is the day the record was written, ``checked_on`` the day somebody compared it
    with the official page at ``checked_at``; ``verified`` grades where each member is known from
    (GRADES); ``contested`` says what may end it. ``citations_under`` names what it is cited by
    under another law than today's (``laws.json``); nothing if that law did not know it.
    ``relations`` are the roles it was made for (none: all). ``footnotes`` of a list say whom it
    covers in one country; ``open_in`` the places where it is open in law whether it does.
    ``complete`` is False where it names no single instrument. ``fact_days`` gives the days on
    which a fact counts, where those are not all; ``open_when`` the facts whose consequence is open
    in law; ``without`` what is not required of some modules.
    """

    id: str
    kind: str
    name: str
    article: str
    valid_from: date
    regime: str = "EU"
    decision: str | None = None
    celex: str | None = None
    eli: str | None = None
    destinations: tuple[str, ...] = ("*",)
    organisations: tuple[str, ...] = ()
    ended_on: date | None = None
    expires_on: date | None = None
    ended_by: str | None = None
    signed_before: date | None = None
    scope: Scope = ANY_RECIPIENT
    requires: tuple[str, ...] = ()
    modules: tuple[int, ...] = ()
    complete: bool = True
    remarks: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    compiled_on: date | None = None
    checked_on: date | None = None
    checked_at: str | None = None
    verified: Mapping[str, str] = field(default_factory=dict)
    contested: Contested | None = None
    name_by_language: Mapping[str, str] = field(default_factory=dict)
    stale: bool = False
    citations_under: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    relations: tuple[str, ...] = ()
    footnotes: Mapping[str, Scope] = field(default_factory=dict)
    open_in: Mapping[str, str] = field(default_factory=dict)
    fact_days: Mapping[str, Days] = field(default_factory=dict)
    open_when: tuple[OpenCase, ...] = ()
    without: tuple[Exemption, ...] = ()

    @classmethod
    def parse(cls, record: Mapping[str, Any]) -> Instrument:
        """Read one record of ``instruments.json`` or of the platform's API.

        Raises ValueError for a member it does not know or a day that is none.
        """
        unknown = set(record) - {each.name for each in fields(cls)}
        if unknown:
            raise ValueError(f"Unknown members of an instrument: {', '.join(sorted(unknown))}.")
        values: dict[str, Any] = {key: frozen(value) for key, value in record.items()}
        written = [key for key in _DAYS if isinstance(values.get(key), str)]
        values |= {key: date.fromisoformat(values[key]) for key in written}
        values |= {
            name: read_part(record[name]) for name, read_part in PARTS.items() if name in record
        }
        if record.get("destinations") == "*":
            values["destinations"] = ("*",)
        return cls(**values)

    def to_mapping(self) -> dict[str, Any]:
        """The record as JSON values, days as YYYY-MM-DD."""
        values = {key: _plain(value) for key, value in asdict(self).items()}
        if self.destinations == ("*",):
            values["destinations"] = "*"
        return values

    @property
    def last_day(self) -> date | None:
        """The last day with effect, or None while no end is known."""
        ends = [self.expires_on] if self.expires_on else []
        if self.ended_on:
            ends.append(self.ended_on - timedelta(days=1))
        return min(ends, default=None)

    def in_force(self, on: date) -> bool:
        """Whether it has effect on that day, leaving recipient and evidence aside."""
        return self.valid_from <= on and (self.last_day is None or on <= self.last_day)

    def covers(self, place: str | None, organisation: str | None) -> bool:
        """Whether it was made for this destination at all."""
        if organisation is not None:
            return organisation in self.organisations or "*" in self.destinations
        if "*" in self.destinations or place is None:
            return "*" in self.destinations
        return place in self.open_in or not counts_as(place).isdisjoint(self.destinations)

    def at(self, place: str | None) -> Instrument:
        """The instrument as it stands for one destination, with its footnote for it."""
        scope = self.footnotes.get(place or "")
        if scope is None:
            return self
        return replace(self, scope=scope, requires=(*self.requires, *scope.all))

    def asks_for(self, fact: str, on: date) -> bool:
        """Whether the fact counts on that day."""
        days = self.fact_days.get(fact) or FACT_DAYS.get(fact)
        return days is None or days.hold(on)

    @property
    def title(self) -> Named:
        """Its name as it is said in a verdict."""
        return Named(self.name, self.name_by_language)

    def citations(self, law: Law) -> tuple[str, ...]:
        """Article and decision by the law of the day, in the words a reader can look up."""
        today = tuple(part for part in (self.article, self.decision) if part)
        return self.citations_under.get(law.id, today) or (law.chapter,)

    def known_to(self, law: Law) -> bool:
        """Whether that law, or one before it, had this kind of instrument."""
        return self.citations_under.get(law.id) != ()


# An assessment of the law of the destination is asked for since C-311/18.
_SINCE_SCHREMS_II = Days(date(2020, 7, 16))
FACT_DAYS: Mapping[str, Days] = MappingProxyType(
    dict.fromkeys(("tia_reference", "tia_on"), _SINCE_SCHREMS_II)
)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


@cache
def load_instruments() -> Mapping[str, Instrument]:
    """All instruments that ship with the product, by id. Read once."""
    records = [Instrument.parse(record) for record in read("instruments.json")["instruments"]]
    return MappingProxyType({record.id: record for record in records})


def with_end(
    instruments: Mapping[str, Instrument], instrument_id: str, ended_on: date
) -> Mapping[str, Instrument]:
    """The same instruments, one of them without effect from ``ended_on`` on; for simulations.

    Raises KeyError if the instrument is unknown.
    """
    changed = replace(instruments[instrument_id], ended_on=ended_on)
    return MappingProxyType({**instruments, instrument_id: changed})
