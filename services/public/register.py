"""One register as the public may see it. All pages, feeds and files read registers through it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, tzinfo
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Not from functools: its version in Python 3.11 computes one register at a time, under a lock.
from werkzeug.utils import cached_property

from services.public import basis, find, history, public_members
from services.public.catalogue import LANGUAGES, Words, supported, words
from services.public.clients import Json, Registry
from services.public.entries import Entry, Listing, Listings, entry_of
from services.public.query import Query
from shared import disclosure
from shared.errors import NotFound
from shared.times import parse_instant

# The list begins with this entry of the ledger, which stands among its first ones.
ADOPTED, FIRST_ENTRIES = "register.adopted", 50


@dataclass
class Register:
    """The register that ``query`` names. Each part is read on first use, and only once.

    ``today`` is the day in the processor's time zone; ``day`` is the day that the page shows.
    """

    registry: Registry
    query: Query
    now: datetime
    origin: str
    listings: Listings = field(default_factory=Listings)

    @cached_property
    def _found(self) -> Json:
        found = self.registry.processor(self.query.slug)
        if not found["published"]:
            # In the words of the registry, which knows no such register either.
            raise NotFound("There is no such register.")
        return found

    @cached_property
    def processor(self) -> Json:
        """Raises ``NotFound`` where there is no register, or none that is published."""
        return public_members.public_processor(self._found)

    @cached_property
    def page(self) -> Json:
        """How the vendor wants its page. Raises ``NotFound`` as ``processor`` does."""
        return public_members.public_page(self._found.get("page"))

    @property
    def names_bases(self) -> bool:
        """Whether an incomplete basis is named without a mark."""
        return bool(self.page["display"] == basis.BASIS)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that the page is offered in."""
        offered = self.page.get("languages") or ()
        return tuple(tag for tag in offered if tag in LANGUAGES) or tuple(LANGUAGES)

    @cached_property
    def zone(self) -> tzinfo:
        """The processor's time zone, which the registry uses for days too; UTC if it has none."""
        try:
            return ZoneInfo(self.processor.get("time_zone") or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            return UTC

    @cached_property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def version(self) -> tuple[object, ...]:
        """The values that answers about the register depend on: its ledger's head, the settings of
        its page, and today."""
        members = ("sequence", "head_hash", "updated_at")
        of_list = (self.processor.get(name) for name in members)
        return (*of_list, self.page.get("revision"), self.today)

    @property
    def language(self) -> str:
        """The visitor's language if the page is offered in it, else the processor's, else the
        first that is offered."""
        own = supported(self.processor.get("locale"))
        wanted = (self.query.language, self.query.otherwise, own, "en")
        return next((tag for tag in wanted if tag in self.languages), self.languages[0])

    @property
    def words(self) -> Words:
        return words(self.language)

    @property
    def day(self) -> date:
        return self.query.as_of or self.today

    @property
    def url(self) -> str:
        return f"{self.origin}/p/{self.query.slug}"

    @cached_property
    def all_entries(self) -> Listing:
        """The whole list on ``day``; an entry is followed by the sub-processors that it engages."""
        return self.listings.get(
            (self.query.slug, self.query.as_of), self.version, self._read_entries
        )

    def _read_entries(self) -> Listing:
        as_of = self.query.as_of.isoformat() if self.query.as_of else None
        items = self.registry.sub_processors(self.query.slug, as_of)
        return Listing(in_tree_order([self._shown(entry_of(item)) for item in items]))

    def _shown(self, entry: Entry) -> Entry:
        if not self.names_bases:
            return entry
        return entry.once(basis.BASIS, lambda: Entry(basis.of_entry(entry)))

    @property
    def names(self) -> dict[str, str]:
        """The legal names of all entries, by id."""
        listing = self.all_entries
        return listing.once(
            "names", lambda: {entry["id"]: entry.get("legal_name") or "" for entry in listing}
        )

    @cached_property
    def entries(self) -> list[Entry]:
        """The entries of the list that the query asks for, in its order."""
        return find.matching(self.all_entries, self.query, self.words)

    @property
    def pending_law(self) -> list[Json]:
        """What is contested, pending or new in the laws and instruments that the list names."""
        return self.all_entries.once("pending_law", self._read_pending_law)

    def _read_pending_law(self) -> list[Json]:
        regimes, instruments = named_law(self.all_entries)
        if not regimes:
            return []
        matters = public_members.public_matters(self.registry.pending_law(self.day.isoformat()))
        return [matter for matter in matters if concerns(matter, regimes, instruments)]

    @cached_property
    def changes(self) -> list[Json]:
        changes = public_members.public_changes(self.registry.changes(self.query.slug))
        return [basis.of_change(one) for one in changes] if self.names_bases else changes

    @property
    def coming(self) -> list[Json]:
        """The changes that are announced and not yet in effect, the nearest day first."""
        return [change for change in reversed(self.changes) if change["status"] == "announced"]

    def coming_after(self, day: date) -> list[Json]:
        """Return the changes that take effect after ``day``, the nearest first; of a day that is
        past, those that were announced by then."""
        if day >= self.today:
            announced = self.coming
        else:
            announced = [one for one in reversed(self.changes) if self._stood_on(one, day)]
        return [one for one in announced if (one.get("effective_on") or "") > day.isoformat()]

    def _stood_on(self, change: Json, day: date) -> bool:
        """Whether a change was announced by the end of a day, and not withdrawn."""
        ended_at = change.get("ended_at") if change["status"] == "withdrawn" else None
        return self._day_of(change["announced_at"]) <= day and (
            not ended_at or self._day_of(ended_at) > day
        )

    def _day_of(self, instant: str) -> date:
        return parse_instant(instant).astimezone(self.zone).date()

    @property
    def past(self) -> list[Json]:
        """The changes that are in effect or withdrawn, the latest day first."""
        return [change for change in self.changes if change["status"] != "announced"]

    @cached_property
    def change(self) -> Json:
        """The change that the query names. Raises ``NotFound`` if none of the register was told."""
        for one in self.changes:
            if one["id"] == self.query.change_id:
                return one
        raise NotFound

    @property
    def by_id(self) -> dict[str, Entry]:
        """The entries of the list by id."""
        listing = self.all_entries
        return listing.once("by_id", lambda: {entry["id"]: entry for entry in listing})

    @cached_property
    def entry(self) -> Json:
        """The entry that the query names: as the list has it, as it was when it left the list, or
        as it will be. Raises ``NotFound`` if there never was one."""
        entry_id = self.query.entry_id
        if entry_id in self.by_id:
            return self.by_id[entry_id]
        if self.entry_end:
            return dict(self.entry_end["previous"])
        if self.entry_begin:
            return dict(self.entry_begin["sub_processor"])
        raise NotFound

    @cached_property
    def entry_end(self) -> Mapping[str, Any] | None:
        """The change by which the entry left the list; None while it is on it."""
        if self.query.entry_id in self.by_id:
            return None
        return history.end_of(self.changes, self.query.entry_id)

    @cached_property
    def entry_begin(self) -> Mapping[str, Any] | None:
        """The coming change that brings the entry, where the list does not have it yet."""
        if self.query.entry_id in self.by_id:
            return None
        return history.begin_of(self.changes, self.query.entry_id)

    @cached_property
    def versions(self) -> list[date]:
        """The first day of each version of the list: of the first list, then of each day on which
        changes took effect. A number never names another list: what comes is added at the end."""
        return history.versions(self._first_day, self.changes)

    @cached_property
    def _first_day(self) -> date:
        entries = list(islice(self.registry.ledger(self.query.slug, 0), FIRST_ENTRIES))
        if not entries:
            return self.today
        first = next((one for one in entries if one["type"] == ADOPTED), entries[0])
        begun = (first.get("data") or {}).get("valid_from")
        return date.fromisoformat(begun) if begun else self._day_of(first["at"])

    def version_day(self, number: int) -> date:
        """Return the first day of a version. Raises ``NotFound`` where there is none yet."""
        if not 0 < number <= len(self.versions):
            raise NotFound
        return self.versions[number - 1]

    def on(self, day: date) -> Register:
        """Return the same register, as it shows ``day``."""
        return Register(
            self.registry, replace(self.query, as_of=day), self.now, self.origin, self.listings
        )

    def midnight(self, day: date) -> datetime:
        """Return the instant at which a day begins where the processor is."""
        return datetime.combine(day, time(), self.zone)

    @property
    def between(self) -> tuple[date, date]:
        """The two days to compare, by default ninety days ago and today."""
        to = self.query.to or self.today
        # ``timedelta`` would overflow if ``to`` lies in the first ninety days of year 1.
        return self.query.from_ or date.fromordinal(max(1, to.toordinal() - 90)), to

    def diff(self, from_: date, to: date) -> list[Json]:
        """Return what differs between two days: by day, with the entry as it is now or was."""
        items = self.registry.diff(self.query.slug, from_.isoformat(), to.isoformat())
        changes = list(history.told(self.changes, from_, to))
        dated = history.with_days(public_members.public_diff(items), changes)
        before, after = (self.on(day).by_id if dated else {} for day in (from_, to))
        return [
            {**one, "entry": after.get(one["id"]) or before.get(one["id"]) or {}} for one in dated
        ]

    def ledger(self) -> Iterator[Json]:
        """Yield the public ledger after ``query.after``, up to the head that the ETag names."""
        last = int(self.processor.get("sequence") or 0)
        for entry in self.registry.ledger(self.query.slug, self.query.after):
            if int(entry["sequence"]) > last:
                return
            yield disclosure.open_part(entry)

    def checkpoints(self) -> Json:
        """Return the signed heads of the ledger, with the keys that verify them."""
        items = self.registry.checkpoints(self.processor["slug"])
        return public_members.public_checkpoints(self.registry.checkpoint_keys(), items)


def named_law(entries: list[Entry]) -> tuple[set[str], set[str]]:
    """Return the regimes of the verdicts, and the ids of the instruments, of a list."""
    places = [place for entry in entries for place in entry.get("locations") or []]
    verdicts = [place.get("verdict") or {} for place in places]
    judged = [one for verdict in verdicts for one in (verdict, *(verdict.get("by_regime") or []))]
    mechanisms = [one for place in places for one in place.get("mechanisms") or []]
    regimes = {str(one["regime"]) for one in judged if one.get("regime")}
    return regimes, {str(one["instrument_id"]) for one in mechanisms}


def concerns(matter: Json, regimes: set[str], instruments: set[str]) -> bool:
    """Whether a matter is of one of these regimes and, where it names any, these instruments."""
    named = set(matter["instruments"])
    return bool(regimes & set(matter["regimes"])) and (not named or bool(named & instruments))


def in_tree_order(entries: list[Entry]) -> list[Entry]:
    """Sort entries by name, each followed by its children.

    An entry whose parent is not in the list is sorted as if it had none.
    """
    by_name = sorted(entries, key=lambda entry: str(entry.get("legal_name") or "").casefold())
    ids = {entry["id"] for entry in by_name}
    children: dict[str | None, list[Entry]] = {}
    for entry in by_name:
        parent = entry.get("parent_id")
        has_parent = parent in ids and parent != entry["id"]
        children.setdefault(parent if has_parent else None, []).append(entry)
    ordered: list[Entry] = []
    waiting = list(reversed(children.get(None, [])))
    while waiting:
        entry = waiting.pop()
        ordered.append(entry)
        waiting.extend(reversed(children.get(entry["id"], [])))
    # Entries that are each other's parents follow from no root; they are shown at the end.
    ordered_ids = {entry["id"] for entry in ordered}
    return ordered + [entry for entry in by_name if entry["id"] not in ordered_ids]
