"""Read a register as of any day, and record which laws and periods count for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from services.registry import events, ledger_entries
from services.registry.model.comparing import differences
from services.registry.model.register import (
    EntryUnknown,
    Register,
    Row,
    SeatLawLeftOut,
)
from services.registry.public_keys import row_of
from services.registry.transfers import known_evidence
from services.registry.transfers.laws import seat_regime
from services.registry.transfers.stages import is_planned
from services.registry.use_cases.entry_views import entry_view, list_view
from services.registry.use_cases.jurisdiction import law_of, today_at
from services.registry.use_cases.listed_days import listed_days
from services.registry.use_cases.permissions import open_register, own_register
from services.registry.use_cases.readers import Reader, reader_of
from services.registry.use_cases.saving import append_entry
from services.registry.wiring import Deps
from shared import disclosure
from shared.auth import Caller
from shared.errors import PreconditionFailed
from shared.mongo import Session
from shared.pagination import Page, PageRequest

STATED = {"regimes": events.REGIMES_STATED, "default_terms": events.DEFAULT_TERMS_STATED}
PUBLIC_ENTRY = disclosure.shape("entry", "public")


def published(deps: Deps, request: PageRequest) -> Page:
    page = deps.stores.registers.published(request)
    today, changed_on = deps.now().date(), deps.stores.rows.changed_on
    shown = [{**vars(each), "changed_on": changed_on(each.id, today)} for each in page.items]
    return Page(shown, page.next_cursor)


def profile(deps: Deps, caller: Caller | None, slug: str) -> dict[str, Any]:
    """The processor as its page shows it, the day of its list, and how far its ledger has come."""
    return _profile(deps, open_register(deps, caller, slug))


def _profile(deps: Deps, register: Register) -> dict[str, Any]:
    sequence, head_hash = deps.ledger.head(register.stream)
    return {
        **vars(register),
        "changed_on": deps.stores.rows.changed_on(register.id, today_at(deps, register)),
        "sequence": sequence,
        "head_hash": head_hash,
        "published": register.page.published,
    }


def entries(
    deps: Deps,
    caller: Caller,
    slug: str,
    as_of: date | None = None,
    recorded_as_of: datetime | None = None,
) -> list[dict[str, Any]]:
    """The list of a day; a customer's own one, by its products and exclusions."""
    reader = reader_of(deps, caller, slug)
    return _own_entries(deps, reader, reader.day(as_of), reader.known_at(recorded_as_of))


def _own_entries(
    deps: Deps, reader: Reader, day: date, known_at: datetime | None, sub_id: str | None = None
) -> list[dict[str, Any]]:
    """The reader's list of a day, or of it the entry ``sub_id`` alone. The tiers are those of the
    whole list; nothing else is worked out for what is not shown."""
    rows = deps.stores.rows.on(reader.register.id, day, known_at)
    asked = [row for row in rows if sub_id in (None, row.sub_processor_id)]
    own = reader.own(deps, asked, day)
    days = listed_days(deps, reader.register.id, day, own, known_at)
    listed = list_view(rows, day, law_of(deps, reader.register), own)
    return [reader.shown({**entry, **days[entry["id"]].members()}) for entry in listed]


def public_keys(deps: Deps, caller: Caller, slug: str, as_of: date | None) -> dict[str, Any]:
    """The keys of the entries on the list of a day (see ``services.registry.public_keys``).

    ``{keys, listed, listed_at}``: an entry's days on the list are no part of what its key stands
    for. Many entries share them, so ``listed_at`` has the position of each key's in ``listed``.
    """
    register = own_register(deps, caller, slug)
    day = as_of or today_at(deps, register)
    tag = deps.stores.instruments.tag(deps.now().date())
    rows = deps.stores.rows.days_on(register.id, day)
    days = listed_days(deps, register.id, day, rows)
    row_ids = [row.id for row in rows]
    law = law_of(deps, register)
    keys = deps.public_keys.on(day, row_ids, law, tag, deps.stores.rows.locations)
    distinct = {value: at for at, value in enumerate(dict.fromkeys(days.values()))}
    return {
        "keys": keys,
        "listed": [value.members() for value in distinct],
        "listed_at": [distinct[days[row.sub_processor_id]] for row in rows],
    }


def public_entries(
    deps: Deps, caller: Caller, slug: str, as_of: date | None, keys: Sequence[str]
) -> dict[str, Any]:
    """The entries with these keys on that day as anybody may see them, and their places apart:
    many entries share one, so an entry names its places by their positions."""
    register = own_register(deps, caller, slug)
    day, law = as_of or today_at(deps, register), law_of(deps, register)
    rows = {
        row.id: row for row in deps.stores.rows.among(register.id, [row_of(key) for key in keys])
    }
    places: dict[int, tuple[int, dict[str, Any]]] = {}
    entries = []
    for row in (rows[row_of(key)] for key in keys if row_of(key) in rows):
        view = entry_view(row, day, law)
        shown = disclosure.shown({**view, "locations": []}, PUBLIC_ENTRY)
        days = {name: shown[name] and str(shown[name]) for name in ("valid_from", "valid_to")}
        held = [_position(place, places) for place in view["locations"]]
        entries.append({**shown, **days, "locations": held})
    return {"places": [place for _, place in places.values()], "entries": entries}


def _position(place: dict[str, Any], places: dict[int, tuple[int, dict[str, Any]]]) -> int:
    """Index of a place in ``places``; its public part is added if it is not there yet."""
    key = id(place)  # A place is judged once and is one object, which the law keeps alive.
    if key not in places:
        places[key] = (len(places), disclosure.shown(place, PUBLIC_ENTRY["locations"][0]))
    return places[key][0]


def entry(deps: Deps, caller: Caller, slug: str, sub_id: str, as_of: date | None) -> dict[str, Any]:
    """An entry of the reader's list of a day. Raises ``EntryUnknown`` for any other."""
    reader = reader_of(deps, caller, slug)
    found = _own_entries(deps, reader, reader.day(as_of), reader.known_at(), sub_id)
    if not found:
        raise EntryUnknown
    return found[0]


def versions(deps: Deps, caller: Caller, slug: str, sub_id: str) -> list[dict[str, Any]]:
    """Every version of an entry that is believed now, each with the verdicts of its first day; for
    a customer those that served its products, up to its exclusion."""
    reader = reader_of(deps, caller, slug)
    rows = [
        row
        for row in deps.stores.rows.history(reader.register.id, sub_id)
        if reader.knows(row) and reader.own(deps, [row], row.valid_from)
    ]
    if not rows:
        raise EntryUnknown
    law = law_of(deps, reader.register)
    return [reader.shown(entry_view(row, row.valid_from, law)) for row in rows]


def diff(deps: Deps, caller: Caller, slug: str, first: date, second: date) -> list[dict[str, Any]]:
    """What differs between the reader's lists of two days. A row that is on both says the same on
    both, so only the others are put into words."""
    reader = reader_of(deps, caller, slug)
    instruments = law_of(deps, reader.register).instruments
    before, after = (_own_row_ids(deps, reader, reader.day(day)) for day in (first, second))

    def listed(row_ids: set[str]) -> list[Row]:
        rows = deps.stores.rows.among(reader.register.id, list(row_ids))
        contents = [reader.shown(known_evidence(row.content, instruments)) for row in rows]
        return [replace(row, content=content) for row, content in zip(rows, contents, strict=True)]

    return differences(listed(before - after), listed(after - before))


def _own_row_ids(deps: Deps, reader: Reader, day: date) -> set[str]:
    """The rows of the reader's list of a day. To choose a customer's they must be read."""
    place = (reader.register.id, day, reader.known_at())
    if reader.reads_all:
        return set(deps.stores.rows.ids_on(*place))
    return {row.id for row in reader.own(deps, deps.stores.rows.on(*place), day)}


def transfers(
    deps: Deps, caller: Caller, slug: str, as_of: date | None, horizon_days: int
) -> list[dict[str, Any]]:
    """Every place of every entry with its verdict on that day: the transfer map.

    Nothing is transferred to what is only planned.
    """
    reader = reader_of(deps, caller, slug)
    day = reader.day(as_of)
    rows = deps.stores.rows.on(reader.register.id, day, reader.known_at())
    law = law_of(deps, reader.register)
    recipients = [row for row in reader.own(deps, rows, day) if not is_planned(row.content)]
    entries = [entry_view(row, day, law, horizon_days) for row in recipients]
    return [
        {"sub_processor_id": entry["id"], "legal_name": entry["legal_name"], **place}
        for entry in map(reader.shown, entries)
        for place in entry["locations"]
    ]


def amend(
    deps: Deps, caller: Caller, slug: str, seen: int | None, stated: Mapping[str, Any]
) -> dict[str, Any]:
    """Record which laws bind the vendor's transfers (``regimes``), and the periods of customers
    whose agreement names none (``default_terms``).

    Every verdict is then made by each law. Notices that were given keep their days. ``seen``: the
    sequence of the register that the caller has read; None accepts any. Raises ``SeatLawLeftOut``
    or ``PreconditionFailed``.
    """
    register = own_register(deps, caller, slug)
    if "regimes" in stated and seat_regime(register.country) not in stated["regimes"]:
        raise SeatLawLeftOut

    def work(session: Session) -> None:
        if seen not in (None, deps.ledger.head(register.stream, session)[0]):
            raise PreconditionFailed
        deps.stores.registers.state(register.id, stated, session)
        for name, value in stated.items():
            data = ledger_entries.stated(register, name, value)
            append_entry(deps, register, STATED[name], data, deps.now(), caller.client_id, session)

    deps.mongo.transact(work)
    return profile(deps, caller, slug)
