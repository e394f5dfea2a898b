"""The annex of sub-processors: the register of one day, as it is frozen into a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.agreements.contract.wording import in_language
from shared.scope import in_common

Row = dict[str, Any]


@dataclass(frozen=True)
class Annex:
    """``register`` is False where the processor keeps no register here: then there is no list.

    ``coming``: changes that were announced and take effect later, each as a row with ``change_id``,
    ``kind`` (add, modify, remove) and ``effective_on``: who accepts the document knows of them.

    Each row: ``legal_name registration_number address contact country purpose data_categories
    data_subjects places [{country, region, kind, bases}] since`` (Opinion 22/2024 of the EDPB;
    annex IV of (EU) 2021/915; appendix B of the Danish standard contract).
    """

    as_of: date
    register: bool
    items: tuple[Row, ...] = ()
    coming: tuple[Row, ...] = ()

    def members(self) -> dict[str, Any]:
        """The annex as a member of the document."""
        return {"as_of": self.as_of.isoformat(), "register": self.register,
                "items": list(self.items), "coming": list(self.coming)}  # fmt: skip

    def matches(self, members: Mapping[str, Any] | None) -> bool:
        """Whether ``members`` of a document list the same sub-processors and the same coming
        changes, on whatever day. Documents of before these were listed name none."""
        if members is None:
            return False
        listed, named = self.members(), {"coming": [], **members}
        return all(named[name] == listed[name] for name in ("register", "items", "coming"))


def annex_from(
    listed: Sequence[Mapping[str, Any]] | None,
    as_of: date,
    language: str,
    products: Sequence[str],
    announced: Sequence[Mapping[str, Any]] = (),
) -> Annex:
    """The annex of the entries ``listed`` on ``as_of`` that serve one of ``products``, and of the
    changes ``announced`` for later days.

    ``listed`` is None if the processor keeps no register. The annex names the instruments of a
    transfer and no verdict, because a verdict can change overnight while the list stays the same.
    """
    if listed is None:
        return Annex(as_of, register=False)
    rows = [_row(entry, language) for entry in listed
            if in_common(entry.get("products") or (), products)]  # fmt: skip
    coming = [row for change in announced if change["effective_on"] > as_of.isoformat()
              for row in _coming(change, language, products)]  # fmt: skip
    return Annex(as_of, register=True, items=tuple(sorted(rows, key=_name)),
                 coming=tuple(sorted(coming, key=_day)))  # fmt: skip


def _coming(change: Mapping[str, Any], language: str, products: Sequence[str]) -> Iterator[Row]:
    """A row for each entry that the change makes, alters or ends; a replacement does two."""
    ends, kind = change["kind"] in ("replace", "remove"), change["kind"]
    named = [("add" if kind == "replace" else kind, change["sub_processor"])]
    named += [("remove", change["previous"])] if ends else []
    for what, entry in named:
        if entry and in_common(entry.get("products") or (), products):
            members = {**_row(entry, language), "since": None}
            yield {**members, "change_id": change["id"], "kind": what,
                   "effective_on": change["effective_on"]}  # fmt: skip


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
        "places": [_place(location) for location in entry.get("locations") or ()],
        "since": entry.get("listed_since") or entry.get("valid_from"),
    }


def _place(location: Mapping[str, Any]) -> dict[str, Any]:
    bases = [
        mechanism.get("name") or mechanism["instrument_id"]
        for mechanism in location.get("mechanisms") or ()
    ]
    return {"country": location["country"], "region": location.get("region"),
            "kind": location.get("kind"), "bases": bases}  # fmt: skip


def _address(members: Mapping[str, Any] | None) -> str | None:
    if not members:
        return None
    town = " ".join(part for part in (members.get("postal_code"), members.get("city")) if part)
    return ", ".join(part for part in (members.get("street"), town, members.get("country")) if part)


def _contact(members: Mapping[str, Any] | None) -> str | None:
    if not members:
        return None
    return ", ".join(members[part] for part in ("name", "position", "email") if members.get(part))


def _day(row: Row) -> tuple[str, str, str]:
    return row["effective_on"], row["legal_name"].casefold(), row["change_id"]


def _name(row: Row) -> tuple[str, str]:
    return row["legal_name"].casefold(), row["id"]
