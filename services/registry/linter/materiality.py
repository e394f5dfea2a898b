"""What kind of change it is, as far as a customer's decision turns on it.

Which member is judged by which rule stands in one table (``data/materiality.json``); this file is
what the rules do. What the table finds nothing in is a record, which takes effect at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.registry.linter.finding import member
from services.registry.linter.members import table
from services.registry.linter.spelling import same_spelling
from services.registry.transfers import Instrument, Verdict, load_instruments
from services.registry.transfers.countries import two_codes
from services.registry.transfers.stages import (
    CHOSEN_BY_CUSTOMER,
    ONLY_IF_ENABLED,
    PLANNED,
    begins,
    is_planned,
    stage_of,
)
from services.registry.transfers.statements import judged, judged_before

BEGINS = "begins_use"
MATERIALITY = (
    BEGINS,
    PLANNED,
    ONLY_IF_ENABLED,
    CHOSEN_BY_CUSTOMER,
    "new_entity",
    "new_role",
    "new_country",
    "new_place",
    "new_data_category",
    "new_data_subjects",
    "new_product",
    "purpose",
    "basis_downgraded",
    "ai_use",
    "affiliate",
    "roles",
    "data_combined",
    "public_authority",
    "engaged_by",
    "required",
    "retention",
    "rename",
)
# Of a new entity all of this is new; that there is one says it.
_OF_AN_ENTRY_THAT_STAYS = frozenset(
    {"new_place", "new_data_subjects", "new_product", "purpose", "engaged_by", "required",
     "retention"}
)  # fmt: skip
# What an entry that does not say is read as.
_UNSAID = {"relation": "processor_processor"}

_WORSE = ("no_transfer", "valid", "expiring", "unproven", "invalid", "missing")
_BASES = ("adequacy", "safeguard", "derogation")

Entry = Mapping[str, Any]


def materiality(
    previous: Entry | None,
    new: Entry | None,
    *,
    kind: str = "modify",
    exporter: str = "DK",
    known_data_categories: Collection[str] = (),
    known_companies: Collection[str] = (),
    instruments: Mapping[str, Instrument] | None = None,
    published: bool = True,
) -> tuple[str, ...]:
    """The words of MATERIALITY that fit a change from ``previous`` to ``new``, in their order.

    Both are entries in the shape of the contract; ``previous`` is None for an addition, ``new`` for
    a removal, which has no word. Bases are compared by the ``verdict`` each location carries.
    A plan that is carried out is judged as an addition, and what differs in a plan is planned.
    An addition of one of the ``known_companies``, which other entries name by their registration
    numbers, is a new role of it.
    For an addition, categories count as new only beside ``known_data_categories`` of the register:
    that the entity itself is new says the rest. What nobody has stated counts as "none" or "no";
    before the register is ``published`` a first statement differs from nothing.
    """
    if new is None:
        return ()
    previous = previous and judged_before(previous, new, published=published)
    new = judged(new)
    law = load_instruments() if instruments is None else instruments
    case = _Case(
        previous,
        new,
        kind,
        exporter,
        frozenset(known_data_categories),
        law,
        _plain_of(known_companies),
    )
    found = {line.word for line in table() if _RULES[line.rule](case, line.member)}
    found -= frozenset() if case.alters else _OF_AN_ENTRY_THAT_STAYS
    found |= {PLANNED} if found and is_planned(new) else set()
    return tuple(word for word in MATERIALITY if word in found)


@dataclass(frozen=True, slots=True)
class _Case:
    """One change; ``stated`` is the entry before it, empty for an addition."""

    before: Entry | None
    new: Entry
    kind: str
    exporter: str
    known: frozenset[str]
    law: Mapping[str, Instrument]
    companies: frozenset[str] = frozenset()

    @property
    def previous(self) -> Entry | None:
        """The entry before the change; a plan that is carried out is a new entry."""
        return None if is_first(self.before, self.new) else self.before

    @property
    def stated(self) -> Entry:
        return self.previous or {}

    @property
    def alters(self) -> bool:
        """Whether an entry stays, and another does not take its place."""
        return self.previous is not None and self.stays

    @property
    def stays(self) -> bool:
        return self.before is not None and self.kind not in ("add", "replace")


def is_first(before: Entry | None, new: Entry | None) -> bool:
    """Whether data flows to the entry for the first time: it is new, or was only planned."""
    return before is None or (is_planned(before) and new is not None and not is_planned(new))


def _plain(value: object) -> str:
    return "".join(str(value or "").split()).casefold()


def _legal_name(entry: Entry) -> str:
    return _plain(entry.get("legal_name")).replace(".", "").replace(",", "")


def _same_number(case: _Case) -> bool | None:
    before, after = (_plain(each.get("registration_number")) for each in (case.stated, case.new))
    return before == after if before and after else None


def _plain_of(numbers: Collection[str]) -> frozenset[str]:
    return frozenset(number for each in numbers if (number := _plain(each)))


def _has_a_new_role(case: _Case, name: str) -> bool:
    """Whether a company that is on the list already is engaged for something else."""
    return not case.alters and _plain(case.new.get(name)) in case.companies


def _is_another_entity(case: _Case, _: str) -> bool:
    if not case.alters:
        return not _has_a_new_role(case, "registration_number")
    same = _same_number(case)
    # Without numbers on both sides nothing shows that another name is still the same entity.
    return _is_named_otherwise(case) if same is None else not same


def _is_another_name(case: _Case, _: str) -> bool:
    return case.alters and bool(_same_number(case)) and _is_named_otherwise(case)


def _is_named_otherwise(case: _Case) -> bool:
    return _legal_name(case.stated) != _legal_name(case.new)


def _has_a_country_more(case: _Case, _: str) -> bool:
    return bool(_countries(case.new) - _countries(case.stated) - {case.exporter})


def _countries(entry: Entry) -> set[str]:
    seats = (entry.get("country"), member(entry, "address").get("country"))
    places = [_country(item) for item in _locations(entry)]
    return {str(place) for place in (*seats, *places) if place}


def _country(location: Entry) -> str:
    """The organisation, or the country; a territory with its own code is one."""
    country, region = location.get("country"), location.get("region")
    if not country:
        return str(location.get("organisation") or "")
    return two_codes().get(str(region), str(country))


def _locations(entry: Entry) -> list[Entry]:
    return [item for item in entry.get("locations") or () if isinstance(item, Mapping)]


def _has_a_place_more(case: _Case, _: str) -> bool:
    """A country that is new is said already, and at home nothing is a transfer."""
    known = _countries(case.stated) - {case.exporter}
    added = _places(case.new) - _places(case.stated)
    return any(country in known for country, _ in added)


def _places(entry: Entry) -> set[tuple[str, str]]:
    return {(_country(item), item["kind"]) for item in _locations(entry) if item.get("kind")}


def _has_an_item_more(case: _Case, name: str) -> bool:
    after = _items(case.new, name)
    if case.previous is not None:
        return bool(after - _items(case.previous, name))
    known = {_plain(item) for item in case.known}
    return name == "data_categories" and bool(known) and bool(after - known)


def _items(entry: Entry, name: str) -> set[str]:
    return {_plain(item) for item in entry.get(name) or ()}


def _has_a_product_more(case: _Case, name: str) -> bool:
    before, after = _items(case.stated, name), _items(case.new, name)
    return bool(before) and (not after or bool(after - before))


def _has_other_words(case: _Case, name: str) -> bool:
    before, after = _texts(case.stated.get(name)), _texts(case.new.get(name))
    if not before:
        return False
    kept = before.keys() & after.keys()
    return not kept or any(not same_spelling(before[each], after[each]) for each in kept)


def _texts(value: object) -> dict[str, str]:
    """A text by language; one without a language stands for itself."""
    texts = value if isinstance(value, Mapping) else {None: value}
    return {str(language): str(text) for language, text in texts.items() if text}


def _becomes_true(case: _Case, name: str) -> bool:
    # To state less (data is kept apart again, or can be left out) is nothing to object to.
    before, after = (_is_true(each.get(name)) for each in (case.stated, case.new))
    return after and not before


def _has_more_data(case: _Case, name: str) -> bool:
    return case.previous is not None and _becomes_true(case, name)


def _is_true(value: object) -> bool:
    """What is not stated counts as false."""
    return value is True or value == "yes"


def _begins(case: _Case, _: str) -> bool:
    return case.stays and begins(case.before or {}, case.new)


def _takes_the_stage(case: _Case, _: str, *, stage: str) -> bool:
    return stage_of(case.new) == stage and not (case.alters and stage_of(case.stated) == stage)


def _differs(case: _Case, name: str) -> bool:
    return _value(case.stated, name) != _value(case.new, name)


def _value(entry: Entry, name: str) -> object:
    return entry.get(name) or _UNSAID.get(name)


def _has_more_use(case: _Case, name: str) -> bool:
    before, after = case.stated.get(name), case.new.get(name)
    if after in ("none", before):
        return False
    # "both" holds every single use, so to drop one of them is nothing new.
    return before != "both"


def _has_a_weaker_basis(case: _Case, _: str) -> bool:
    before, after = _bases(case.stated, case.law), _bases(case.new, case.law)
    return any(after[place] > before[place] for place in before.keys() & after.keys())


def _bases(entry: Entry, law: Mapping[str, Instrument]) -> dict[str, tuple[int, int]]:
    """The worst basis of each country: its status, then the kind of its instrument."""
    worst: dict[str, tuple[int, int]] = {}
    for location in _locations(entry):
        verdict = member(location, "verdict")
        if verdict.get("status") not in _WORSE:
            continue
        place = _country(location)
        basis = _rank(verdict["status"], verdict.get("instrument_id"), law)
        worst[place] = max(worst.get(place, (0, 0)), basis)
    return worst


def is_weaker(before: Verdict, after: Verdict, law: Mapping[str, Instrument]) -> bool:
    """Whether a place rests on less than before, as ``basis_downgraded`` says it of a country."""
    one, other = (_rank(each.status, each.instrument_id, law) for each in (before, after))
    return other > one


def _rank(status: str, instrument_id: str | None, law: Mapping[str, Instrument]) -> tuple[int, int]:
    return _WORSE.index(status), _tier(law.get(str(instrument_id)))


def _tier(instrument: Instrument | None) -> int:
    """Adequacy before safeguards before derogations (GDPR Art. 45, 46, 49)."""
    if instrument is None or instrument.kind == "adequacy":
        return 0
    return _BASES.index("derogation" if instrument.kind == "derogation" else "safeguard")


_RULES: Mapping[str, Callable[[_Case, str], bool]] = {
    "another entity": _is_another_entity,
    "a known company": _has_a_new_role,
    "another name": _is_another_name,
    "a country more": _has_a_country_more,
    "a place more": _has_a_place_more,
    "a weaker basis": _has_a_weaker_basis,
    "an item more": _has_an_item_more,
    "a product more": _has_a_product_more,
    "a period more": _has_a_product_more,
    "other words": _has_other_words,
    "becomes true": _becomes_true,
    "more data": _has_more_data,
    "differs": _differs,
    "more use": _has_more_use,
    "data begins to flow": _begins,
    "only planned": partial(_takes_the_stage, stage=PLANNED),
    "only if enabled": partial(_takes_the_stage, stage=ONLY_IF_ENABLED),
    "the customer's own": partial(_takes_the_stage, stage=CHOSEN_BY_CUSTOMER),
    "a record": lambda *_: False,
}
