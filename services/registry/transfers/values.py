"""What an assessment is about (a place and its mechanisms) and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.registry.transfers import open_law
from services.registry.transfers.countries import check_country, check_region, place_of
from services.registry.transfers.wording import (
    LANGUAGES,
    Language,
    Phrase,
    Place,
    Said,
    sentence,
    sentences,
)

STATUSES = ("no_transfer", "valid", "unproven", "expiring", "invalid", "missing")
ROLES = ("primary", "fallback")


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One basis a vendor relies on for one location.

    ``evidence`` holds JSON values by name; which names count, the instrument says (``requires``).
    """

    instrument_id: str
    role: str = "primary"
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(
                f"{self.role!r} is not the role of a mechanism; write primary or fallback."
            )

    @classmethod
    def parse(cls, record: Mapping[str, Any]) -> Mechanism:
        """Read the contract's ``{"instrument_id", "role", "evidence"}``."""
        role, evidence = record.get("role") or "primary", dict(record.get("evidence") or {})
        return cls(record["instrument_id"], role, evidence)


@dataclass(frozen=True, slots=True)
class Location:
    """A place where personal data is stored, processed or reached from.

    ``country`` is ISO 3166-1, ``region`` ISO 3166-2. An international organisation (for example
    EPO) is a recipient of its own, wherever its sites are. Raises UnknownPlaceError (a ValueError)
    for codes that ISO 3166 does not know.
    """

    country: str | None
    region: str | None = None
    kind: str = "storage"
    mechanisms: tuple[Mechanism, ...] = ()
    organisation: str | None = None

    def __post_init__(self) -> None:
        if self.country is None:
            if self.organisation is None or self.region is not None:
                raise ValueError("A location needs a country, or an international organisation.")
            return
        check_country(self.country)
        check_region(self.country, self.region)

    @classmethod
    def parse(cls, record: Mapping[str, Any]) -> Location:
        """Read one item of the contract's ``locations``; a stored ``verdict`` in it is ignored."""
        mechanisms = tuple(Mechanism.parse(item) for item in record.get("mechanisms") or ())
        return cls(
            record.get("country"),
            record.get("region"),
            record.get("kind") or "storage",
            mechanisms,
            record.get("organisation"),
        )

    @property
    def place(self) -> str | None:
        """The code whose status counts, or None for an organisation without a place."""
        return None if self.country is None else place_of(self.country, self.region)

    @property
    def label(self) -> Said:
        """The name to use in a sentence."""
        return self.organisation or (Place(self.place) if self.place else "")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one location and day.

    ``status`` is one of STATUSES. ``ends_on`` is the last day on which any valid mechanism still
    carries the transfer, None while no end is known. ``instrument_id`` is the mechanism that
    carries it, or the best of those that fail. ``because`` and ``noted`` are sentences as codes
    with values; ``reason`` and ``remarks`` are their English. ``open`` names questions of open
    law. ``regime`` is the law it was made under, None if that is not held; ``checked_on`` is the
    day the evidence was last checked, ``due_on`` the next day to do so. ``by_regime`` holds a
    verdict for each law, where several bind the exporter; this one is then the strictest.
    ``contested`` says what may end the instrument that carries it (``pending_law``).
    """

    status: str
    because: tuple[Phrase, ...]
    citations: tuple[str, ...] = ()
    ends_on: date | None = None
    noted: tuple[Phrase, ...] = ()
    instrument_id: str | None = None
    open: tuple[str, ...] = ()
    regime: str | None = None
    checked_on: date | None = None
    due_on: date | None = None
    by_regime: tuple[Verdict, ...] = ()
    contested: Mapping[str, Any] | None = field(default=None, hash=False)

    @property
    def lawful(self) -> bool:
        """Whether the transfer (or its absence) is in order on the day asked for."""
        return self.status in ("no_transfer", "valid", "expiring")

    @property
    def reason(self) -> str:
        return self.reason_in("en")

    @property
    def remarks(self) -> tuple[str, ...]:
        return self.remarks_in("en")

    def reason_in(self, language: Language) -> str:
        return sentences(self.because, language)

    def remarks_in(self, language: Language) -> tuple[str, ...]:
        return tuple(sentence(each, language) for each in self.noted)

    def to_mapping(self) -> dict[str, Any]:
        """The verdict as JSON values, as in the contract; reason and remarks in each language."""
        reasons = {language: self.reason_in(language) for language in LANGUAGES}
        remarks = {language: list(self.remarks_in(language)) for language in LANGUAGES}
        return {
            "status": self.status,
            "reason": reasons["en"],
            "reason_by_language": reasons,
            "citations": list(self.citations),
            "ends_on": self.ends_on.isoformat() if self.ends_on else None,
            "remarks": remarks["en"],
            "remarks_by_language": remarks,
            "instrument_id": self.instrument_id,
            "open": open_law.to_mapping(self.open),
            "regime": self.regime,
            "checked_on": self.checked_on.isoformat() if self.checked_on else None,
            "due_on": self.due_on.isoformat() if self.due_on else None,
            "by_regime": [verdict.to_mapping() for verdict in self.by_regime],
            "contested": self.contested,
        }
