"""The register of information under DORA (Regulation (EU) 2022/2554, Art. 28(3)), as far as
agreements and registers know it, by the templates of Implementing Regulation (EU) 2024/2956.

The financial entity keeps that register, and adds what only it knows: its LEI, functions, costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.agreements.contract.annex import Annex
from services.agreements.contract.contents import Party
from services.agreements.model.agreement import Agreement, Version

# The columns of each template, by the last part of their codes.
TEMPLATES: dict[str, tuple[str, ...]] = {
    "B_01.01": ("0010", "0020", "0030", "0040", "0050", "0060"),
    "B_02.01": ("0010", "0020", "0030", "0040", "0050"),
    "B_02.02": ("0010", "0020", "0030", "0040", "0050", "0060", "0070", "0080", "0090", "0100",
                "0110", "0120", "0130", "0140", "0150", "0160", "0170", "0180"),
    "B_03.02": ("0010", "0020", "0030"),
    "B_05.01": ("0010", "0020", "0030", "0040", "0050", "0060", "0070", "0080", "0090", "0100",
                "0110", "0120"),
    "B_05.02": ("0010", "0020", "0030", "0040", "0050", "0060", "0070"),
}  # fmt: skip
# What only some rows have: an overarching contract, the end of one, a second code, a parent.
CONDITIONAL = frozenset((
    "B_02.01.0030", "B_02.02.0090", "B_02.02.0150", "B_02.02.0160", "B_05.01.0030",
    "B_05.01.0040", "B_05.01.0090", "B_05.01.0100", "B_05.01.0110", "B_05.01.0120",
    "B_05.02.0060", "B_05.02.0070",
))  # fmt: skip
# The day of a contract without an end, as the Implementing Regulation writes it.
OPEN_ENDED = "9999-12-31"
LATIN = 0x24F


@dataclass(frozen=True)
class Contract:
    """One agreement on the day of the register: the version that applied, the first day of the
    first one, and the vendor's list of that day."""

    agreement: Agreement
    version: Version
    since: date
    annex: Annex


@dataclass(frozen=True)
class Row:
    """``about``: whom or what the row is about, for readers. ``values`` by column; ``missing``:
    the columns that a row must have and nobody has stated here."""

    about: str
    values: dict[str, str]
    missing: tuple[str, ...]


def register(entity: Party, contracts: Sequence[Contract], day: date) -> dict[str, list[Row]]:
    """The rows of each template. ``entity``: who keeps the register."""
    keeper = {"0020": entity.legal_name, "0030": country_of(entity), "0060": day.isoformat()}
    rows = {name: [row for each in contracts for row in make(each)]
            for name, make in BY_CONTRACT.items()}  # fmt: skip
    return {
        "B_01.01": [_row("B_01.01", entity.legal_name, keeper)],
        **{name: _once(made) for name, made in rows.items()},
    }


def country_of(party: Party) -> str | None:
    return party.address.country if party.address else party.country


def _once(rows: Sequence[Row]) -> list[Row]:
    """A company that several contracts name has one row of its own."""
    return list({(row.about, *row.values.items()): row for row in rows}.values())


def _row(template: str, about: str, told: Mapping[str, str | None]) -> Row:
    values = {f"{template}.{name}": text for name, text in told.items() if text}
    columns = (f"{template}.{name}" for name in TEMPLATES[template])
    missing = (name for name in columns if name not in values and name not in CONDITIONAL)
    return Row(about, values, tuple(missing))


def _arrangement(it: Contract) -> Iterator[Row]:
    yield _row("B_02.01", it.version.processor.legal_name, {"0010": it.agreement.id})


def _signing(it: Contract) -> Iterator[Row]:
    vendor = it.version.processor
    told = {"0010": it.agreement.id, "0020": vendor.registration_number}
    yield _row("B_03.02", vendor.legal_name, told)


def _specific(it: Contract) -> Iterator[Row]:
    """A row for each country of storage or processing: a cell has one value (Art. 4(2))."""
    vendor, content = it.version.processor, it.version.content
    at_rest, managed = (_countries(it.annex, kind) for kind in ("storage", "processing"))
    told = {
        "0010": it.agreement.id, "0030": vendor.registration_number, "0070": it.since.isoformat(),
        "0080": _last_day(it), "0120": content.governing_law, "0140": "Yes" if at_rest else None,
    }  # fmt: skip
    for country in sorted({*at_rest, *managed}) or [""]:
        places = {"0150": country if country in at_rest else None,
                  "0160": country if country in managed else None}  # fmt: skip
        yield _row("B_02.02", vendor.legal_name, {**told, **places})


def _countries(annex: Annex, kind: str) -> set[str]:
    return {place["country"] for row in annex.items for place in row["places"]
            if place["kind"] == kind}  # fmt: skip


def _last_day(it: Contract) -> str:
    last = it.agreement.ended_on or it.version.content.expires_on
    return last.isoformat() if last else OPEN_ENDED


def _providers(it: Contract) -> Iterator[Row]:
    vendor = it.version.processor
    yield _provider(vendor.legal_name, vendor.registration_number, country_of(vendor))
    for row in it.annex.items:
        yield _provider(row["legal_name"], row["registration_number"], row["country"])


def _provider(name: str, number: str | None, country: str | None) -> Row:
    is_latin = all(ord(letter) <= LATIN or not letter.isalpha() for letter in name)
    told = {"0010": number, "0050": name, "0060": name if is_latin else None, "0080": country}
    return _row("B_05.01", name, told)


def _chain(it: Contract) -> Iterator[Row]:
    """The vendor has rank 1; whom it engages 2, and whom those engage one more."""
    vendor = it.version.processor
    numbers = {row["legal_name"]: row["registration_number"] for row in it.annex.items}
    links = {row["legal_name"]: row.get("engaged_by") for row in it.annex.items}
    first = {"0010": it.agreement.id, "0030": vendor.registration_number, "0050": "1"}
    yield _row("B_05.02", vendor.legal_name, first)
    for name, number in numbers.items():
        recipient = numbers.get(links[name] or "") if links[name] else vendor.registration_number
        told = {"0010": it.agreement.id, "0030": number, "0050": str(_rank(name, links)),
                "0060": recipient}  # fmt: skip
        yield _row("B_05.02", name, told)


def _rank(name: str, links: Mapping[str, str | None]) -> int:
    """How far down the chain; a circle ends where it begins."""
    rank, seen = 2, {name}
    above = links.get(name)
    while above and above not in seen:
        seen.add(above)
        rank, above = rank + 1, links.get(above)
    return rank


BY_CONTRACT: dict[str, Callable[[Contract], Iterator[Row]]] = {
    "B_02.01": _arrangement, "B_02.02": _specific, "B_03.02": _signing,
    "B_05.01": _providers, "B_05.02": _chain,
}  # fmt: skip
