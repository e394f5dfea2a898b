"""The annex of sub-processors: the register of one day, as it is frozen into a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.agreements.contract.contents import overlap
from services.agreements.contract.wording import in_language

Row = dict[str, Any]


@dataclass(frozen=True)
class Annex:
    """``register`` is False where the processor keeps no register here: then no list is told.

    Each row: ``legal_name registration_number address contact country purpose data_categories
    data_subjects places [{country, region, kind, bases}] since`` (Opinion 22/2024 of the EDPB;
    annex IV of (EU) 2021/915; appendix B of the Danish standard contract).
    """

    as_of: date
    register: bool
    items: tuple[Row, ...] = ()

    def told(self) -> dict[str, Any]:
        """The annex as a member of the document."""
        return {"as_of": self.as_of.isoformat(), "register": self.register,
                "items": list(self.items)}  # fmt: skip

    def says_what(self, told: Mapping[str, Any] | None) -> bool:
        """Whether the list in a document still is this one; the day may be another."""
        mine = self.told()
        return told is not None and all(told[name] == mine[name] for name in ("register", "items"))


def annex_from(
    listed: Sequence[Mapping[str, Any]] | None, as_of: date, language: str, products: Sequence[str]
) -> Annex:
    """What the registry ``listed`` for ``as_of``, of concern to these products; None: no register.

    A verdict on a transfer is of one day and can change while nothing else does: only what the
    parties rely on is told, the instruments themselves.
    """
    if listed is None:
        return Annex(as_of, register=False)
    rows = [_row(each, language) for each in listed
            if overlap(tuple(each.get("products") or ()), tuple(products))]  # fmt: skip
    return Annex(as_of, register=True, items=tuple(sorted(rows, key=_name)))


def _row(entry: Mapping[str, Any], language: str) -> Row:
    return {
        "id": entry["id"],
        "legal_name": entry["legal_name"],
        "registration_number": entry.get("registration_number"),
        "address": _address(entry.get("address")),
        "contact": _contact(entry.get("contact")),
        "country": entry.get("country"),
        "purpose": in_language(entry.get("purpose") or {}, language),
        "data_categories": list(entry.get("data_categories") or ()),
        "data_subjects": list(entry.get("data_subjects") or ()),
        "places": [_place(each) for each in entry.get("locations") or ()],
        "since": entry.get("valid_from"),
    }


def _place(location: Mapping[str, Any]) -> dict[str, Any]:
    bases = [each.get("name") or each["instrument_id"] for each in location.get("mechanisms") or ()]
    return {"country": location["country"], "region": location.get("region"),
            "kind": location.get("kind"), "bases": bases}  # fmt: skip


def _address(told: Mapping[str, Any] | None) -> str | None:
    if not told:
        return None
    town = " ".join(part for part in (told.get("postal_code"), told.get("city")) if part)
    return ", ".join(part for part in (told.get("street"), town, told.get("country")) if part)


def _contact(told: Mapping[str, Any] | None) -> str | None:
    if not told:
        return None
    return ", ".join(told[part] for part in ("name", "position", "email") if told.get(part))


def _name(row: Row) -> tuple[str, str]:
    return row["legal_name"].casefold(), row["id"]
