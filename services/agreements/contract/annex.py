"""The annex of sub-processors: the register of one day, as it is frozen into a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.agreements.contract.wording import FALLBACK, in_language, spoken
from shared.scope import in_common

Row = dict[str, Any]
# Verdicts by which a place has no basis.
DEAD = ("invalid", "missing")


@dataclass(frozen=True)
class Annex:
    """``register`` is False where the processor keeps no register here: then there is no list.

    ``coming``: changes that were announced and take effect later, each as a row with ``change_id``,
    ``kind`` (add, modify, remove) and ``effective_on``: who accepts the document knows of them.

    Each row: ``legal_name registration_number address contact country purpose data_categories
    data_subjects places [{country, region, kind, bases, verdict}] since`` (Opinion 22/2024 of the
    EDPB; annex IV of (EU) 2021/915; appendix B of the Danish standard contract), besides
    ``products`` and ``engaged_by`` where there are any. Each basis has
    ``name``, its ``language`` and ``ended_on``; the verdict ``status``, ``reason``, ``language``.
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
        return listed["register"] == named["register"] and all(
            _agreed(named[name]) == _agreed(listed[name]) for name in ("items", "coming")
        )


def annex_from(
    listed: Sequence[Mapping[str, Any]] | None,
    as_of: date,
    language: str,
    products: Sequence[str],
    announced: Sequence[Mapping[str, Any]] = (),
) -> Annex:
    """The annex of the entries ``listed`` on ``as_of`` that serve one of ``products``, and of the
    changes ``announced`` for later days.

    ``listed`` is None if the processor keeps no register. Beside the instruments of a transfer
    stands the verdict of that day. It may be worded otherwise on the next; only whether there is a
    basis decides if a list is still the one that was offered.
    """
    if listed is None:
        return Annex(as_of, register=False)
    names = {entry["id"]: entry["legal_name"] for entry in listed}
    rows = [{**_row(entry, language), **_engaged_by(entry, names)} for entry in listed
            if _is_engaged(entry) and in_common(entry.get("products") or (), products)]  # fmt: skip
    coming = [row for change in announced if change["effective_on"] > as_of.isoformat()
              for row in _coming(change, language, products)]  # fmt: skip
    return Annex(as_of, register=True, items=tuple(sorted(rows, key=_name)),
                 coming=tuple(sorted(coming, key=_day)))  # fmt: skip


def _coming(change: Mapping[str, Any], language: str, products: Sequence[str]) -> Iterator[Row]:
    """A row for each entry that the change makes, alters or ends; a replacement does two."""
    for what, entry in _sides(change):
        if entry and in_common(entry.get("products") or (), products):
            members = {**_row(entry, language), "since": None}
            yield {**members, "change_id": change["id"], "kind": what,
                   "effective_on": change["effective_on"]}  # fmt: skip


def _sides(change: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any] | None]]:
    """What the change does to the list, and to which entry. A plan that is carried out is added to
    it; an entry that the customer contracts with from then on leaves it."""
    before, after = (
        entry if entry and _is_engaged(entry) else None
        for entry in (change["previous"], change["sub_processor"])
    )
    if change["kind"] == "modify" and before and after:
        return [("modify", after)]
    return [("add", after), ("remove", before)]


def _is_engaged(entry: Mapping[str, Any]) -> bool:
    """Whether it is a sub-processor of the vendor: not only planned, nor the customer's choice."""
    return entry.get("stage") not in ("planned", "chosen_by_customer")


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
        "places": [_place(location, language) for location in entry.get("locations") or ()],
        "since": entry.get("listed_since") or entry.get("valid_from"),
        # Rows of before have no stage, and are compared with those of now.
        **({"stage": entry["stage"]} if entry.get("stage") == "only_if_enabled" else {}),
        **({"products": list(entry["products"])} if entry.get("products") else {}),
    }


def _engaged_by(entry: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """Which other entry of the list engages it, where the vendor does not itself."""
    name = names.get(str(entry.get("parent_id")))
    return {"engaged_by": name} if name else {}


def _place(location: Mapping[str, Any], language: str) -> dict[str, Any]:
    bases = [_basis(each, language) for each in location.get("mechanisms") or ()]
    return {"country": location["country"], "region": location.get("region"),
            "kind": location.get("kind"), "bases": bases,
            "verdict": _verdict(location.get("verdict"), language)}  # fmt: skip


def _basis(mechanism: Mapping[str, Any], language: str) -> dict[str, Any]:
    name = mechanism.get("name") or mechanism["instrument_id"]
    told = _told({"en": name, **(mechanism.get("name_by_language") or {})}, language)
    return {"name": told["text"], "language": told["language"],
            "ended_on": mechanism.get("ended_on")}  # fmt: skip


def _verdict(verdict: Mapping[str, Any] | None, language: str) -> dict[str, Any] | None:
    if verdict is None:
        return None
    reasons = {"en": verdict["reason"], **(verdict.get("reason_by_language") or {})}
    told = _told(reasons, language)
    return {"status": verdict["status"], "reason": told["text"], "language": told["language"]}


def _told(texts: Mapping[str, str], language: str) -> dict[str, str]:
    """A text of the catalogue of law in the language of the document, else in English."""
    said_in = spoken(language) if spoken(language) in texts else FALLBACK
    return {"text": texts[said_in], "language": said_in}


def _agreed(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows as they are compared: of a verdict, whether there is a basis at all."""
    return [{**row, "places": list(map(_without_wording, row["places"]))} for row in rows]


def _without_wording(place: Mapping[str, Any]) -> dict[str, Any]:
    verdict = place.get("verdict")
    return {**place, "verdict": verdict and verdict["status"] in DEAD}


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
