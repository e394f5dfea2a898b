"""What kind of change it is, as far as a customer's decision turns on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from services.registry.linter.finding import member
from services.registry.transfers import Instrument, load_instruments
from services.registry.transfers.countries import two_codes

MATERIALITY = (
    "new_entity",
    "new_country",
    "new_data_category",
    "basis_downgraded",
    "ai_use",
    "affiliate",
    "roles",
    "data_combined",
    "public_authority",
    "rename",
)
_USUAL_RELATION = "processor_processor"

_WORSE = ("no_transfer", "valid", "expiring", "unproven", "invalid", "missing")
_BASES = ("adequacy", "safeguard", "derogation")


def materiality(
    previous: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    *,
    kind: str = "modify",
    exporter: str = "DK",
    known_data_categories: Collection[str] = (),
    instruments: Mapping[str, Instrument] | None = None,
) -> tuple[str, ...]:
    """The words of MATERIALITY that fit a change from ``previous`` to ``new``, in their order.

    Both are entries in the shape of the contract; ``previous`` is None for an addition, ``new`` for
    a removal, which has no word. Bases are compared by the ``verdict`` each location carries.
    For an addition, categories count as new only beside ``known_data_categories`` of the register:
    that the entity itself is new says the rest.
    """
    if new is None:
        return ()
    known = set(known_data_categories)
    law = load_instruments() if instruments is None else instruments
    found = {
        "new_entity": _is_new_entity(previous, new, kind),
        "new_country": bool(_countries(new) - _countries(previous or {}) - {exporter}),
        "new_data_category": _has_new_data(previous, new, known),
        "basis_downgraded": _is_downgraded(previous or {}, new, law),
        "ai_use": _has_new_ai_use((previous or {}).get("ai_use"), new.get("ai_use")),
        "affiliate": bool(new.get("affiliate")) != bool((previous or {}).get("affiliate")),
        "roles": _relation(new) != _relation(previous or {}),
        # To keep data apart again is nothing a customer could object to.
        "data_combined": _states("data_combined", new) > _states("data_combined", previous or {}),
        # Other derogations are open to an exporter with public powers, and to one without them.
        "public_authority": _states("exporter_is_public_authority", new)
        != _states("exporter_is_public_authority", previous or {}),
        "rename": _is_rename(previous, new, kind),
    }
    return tuple(word for word in MATERIALITY if found[word])


def _plain(value: object) -> str:
    return "".join(str(value or "").split()).casefold()


def _same_number(previous: Mapping[str, Any], new: Mapping[str, Any]) -> bool | None:
    before, after = (_plain(entry.get("registration_number")) for entry in (previous, new))
    return before == after if before and after else None


def _is_new_entity(previous: Mapping[str, Any] | None, new: Mapping[str, Any], kind: str) -> bool:
    if previous is None or kind in ("add", "replace"):
        return True
    same = _same_number(previous, new)
    if same is not None:
        return not same
    # Without numbers on both sides nothing shows that another name is still the same entity.
    return _plain(previous.get("legal_name")) != _plain(new.get("legal_name"))


def _is_rename(previous: Mapping[str, Any] | None, new: Mapping[str, Any], kind: str) -> bool:
    if previous is None or _is_new_entity(previous, new, kind):
        return False
    return _plain(previous.get("legal_name")) != _plain(new.get("legal_name"))


def _countries(entry: Mapping[str, Any]) -> set[str]:
    places = [_country(item) for item in _locations(entry)]
    return {place for place in (str(entry.get("country") or ""), *places) if place}


def _country(location: Mapping[str, Any]) -> str:
    """The organisation, or the country; a territory with its own code is one."""
    country, region = location.get("country"), location.get("region")
    if not country:
        return str(location.get("organisation") or "")
    return two_codes().get(str(region), str(country))


def _locations(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [item for item in entry.get("locations") or () if isinstance(item, Mapping)]


def _has_new_data(
    previous: Mapping[str, Any] | None, new: Mapping[str, Any], known: set[str]
) -> bool:
    categories = {_plain(item) for item in new.get("data_categories") or ()}
    familiar = {_plain(item) for item in known}
    if previous is None:
        return bool(known) and bool(categories - familiar)
    before = {_plain(item) for item in previous.get("data_categories") or ()}
    special = bool(new.get("special_categories")) and not previous.get("special_categories")
    staff = new.get("hr_data") == "yes" and previous.get("hr_data") != "yes"
    return special or staff or bool(categories - before)


def _relation(entry: Mapping[str, Any]) -> str:
    """The roles of the parties; what an entry does not say is the usual case."""
    return str(entry.get("relation") or _USUAL_RELATION)


def _states(fact: str, entry: Mapping[str, Any]) -> bool:
    """Whether the entry states the fact; what is not stated counts as false."""
    return entry.get(fact) is True


def _has_new_ai_use(before: object, after: object) -> bool:
    if after in (None, "none") or before == after:
        return False
    # "both" holds every single use, so to drop one of them is nothing new.
    return before != "both"


def _is_downgraded(
    previous: Mapping[str, Any], new: Mapping[str, Any], law: Mapping[str, Instrument]
) -> bool:
    before, after = _bases(previous, law), _bases(new, law)
    return any(after[place] > before[place] for place in before.keys() & after.keys())


def _bases(entry: Mapping[str, Any], law: Mapping[str, Instrument]) -> dict[str, tuple[int, int]]:
    """The worst basis of each country: its status, then the kind of its instrument."""
    worst: dict[str, tuple[int, int]] = {}
    for location in _locations(entry):
        verdict = member(location, "verdict")
        if verdict.get("status") not in _WORSE:
            continue
        place = _country(location)
        basis = (
            _WORSE.index(verdict["status"]),
            _tier(law.get(verdict.get("instrument_id") or "")),
        )
        worst[place] = max(worst.get(place, (0, 0)), basis)
    return worst


def _tier(instrument: Instrument | None) -> int:
    """Adequacy before safeguards before derogations (GDPR Art. 45, 46, 49)."""
    if instrument is None or instrument.kind == "adequacy":
        return 0
    return _BASES.index("derogation" if instrument.kind == "derogation" else "safeguard")
