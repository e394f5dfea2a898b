"""What a list lacks before it is published: each place, fine or not, and members without a word.

Only an address for answers that is not proved forbids to publish (decision 0059). A list with gaps
is owed all the same, and the page says of each place how it stands (GDPR Art. 28(2) and (4); EDPB
Opinion 22/2024, paras 31-32 and 88).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.registry.linter.finding import is_filled, member
from services.registry.linter.findings import PARTS, entry_findings

Entry = Mapping[str, Any]
Line = dict[str, Any]

LAWFUL = frozenset({"no_transfer", "valid", "expiring"})
NOT_STATED = "not_stated"
NO_PLACE = {
    "en": "Say where the data is stored and processed, and from where it can be reached.",
    "da": "Angiv, hvor oplysningerne opbevares og behandles, og hvorfra de kan tilgås.",
    "sv": "Ange var uppgifterna lagras och behandlas, och varifrån de kan nås.",
}
NO_ADDRESS = {
    "en": "Say at which address you read answers to your notices, and press the button behind the "
    "link in the mail that goes there.",
    "da": "Angiv den adresse, hvor I læser svar på jeres varsler, og tryk på knappen bag linket i "
    "den mail, der sendes dertil.",
    "sv": "Ange den adress där ni läser svar på era aviseringar, och tryck på knappen bakom länken "
    "i det mejl som skickas dit.",
}


def address_line(org_id: str, *, proved: bool) -> Line | None:
    """What is to do before answers are sure to reach the organisation; None: nothing."""
    if proved:
        return None
    action = {"method": "PATCH", "path": f"/identity/v1/organisations/{org_id}"}
    return {"missing": NO_ADDRESS, "action": action}


def checklist(entries: Sequence[Entry], path: str) -> Line:
    """``{places, fine, needs, unfilled}`` of entries in wire form, with their verdicts.

    ``places`` counts an entry without a place once, so it is ``fine`` and ``needs`` together.
    ``path``: that of the register.
    """
    needs = [
        {"sub_processor": _named(entry), **need, "action": _action(path, entry, need["codes"])}
        for entry in entries
        for need in _needs(entry)
    ]
    unfilled = [
        {"sub_processor": _named(entry), "members": members, "action": _change(path)}
        for entry in entries
        if (members := _unfilled(entry))
    ]
    places = sum(len(entry["locations"]) or 1 for entry in entries)
    return {
        "places": places,
        "fine": places - len(needs),
        "needs": needs,
        "unfilled": unfilled,
    }


def _action(path: str, entry: Entry, codes: Sequence[str]) -> Line:
    """What remedies it: evidence alone is recorded without notice, the rest is a change."""
    if codes == ["unproven"]:
        return {"method": "POST", "path": f"{path}/sub-processors/{entry['id']}/records"}
    return _change(path)


def _change(path: str) -> Line:
    return {"method": "POST", "path": f"{path}/changes"}


def _named(entry: Entry) -> Line:
    return {"id": entry["id"], "legal_name": entry["legal_name"]}


def _needs(entry: Entry) -> Iterator[Line]:
    if not entry["locations"]:
        yield {"place": None, "codes": ["no_place"], "missing": NO_PLACE}
    for place in entry["locations"]:
        verdicts = (place["verdict"], *place["verdict"]["by_regime"])
        bad = [each for each in verdicts if each["status"] not in LAWFUL]
        if bad:
            yield {
                "place": {
                    name: place.get(name) for name in ("country", "region", "organisation", "kind")
                },
                "codes": sorted({each["status"] for each in bad}),
                "missing": bad[0]["reason_by_language"],
            }


def _unfilled(entry: Entry) -> list[str]:
    """Members, by their pointers, that say nothing or that nobody has stated yet."""
    # Without a day and for any seat: both decide on places and rules, and no member on either.
    found = entry_findings(entry, None)
    silent = [pointer for each in found for pointer in _silent(entry, each.pointer)]
    unstated = [f"/{name}" for name, value in entry.items() if value == NOT_STATED]
    return list(dict.fromkeys([*silent, *unstated]))


def _silent(entry: Entry, pointer: str) -> Iterator[str]:
    """``pointer``, unless something stands there; of an address or a contact, the empty parts.

    A finding may point at a member that is filled: at the name of a company that nothing identifies
    (what would is listed itself). Those of places are no members; ``needs`` has them.
    """
    name, _, part = pointer.removeprefix("/").partition("/")
    value = entry.get(name)
    if name == "locations":
        return
    # Without a day, a finding inside a member points at an empty part of it.
    if part or not is_filled(value) or value == NOT_STATED:
        yield pointer
    elif name in PARTS:
        parts = member(entry, name)
        yield from (f"{pointer}/{part}" for part in PARTS[name] if not is_filled(parts.get(part)))
