"""One processor's register as the public may see it: every page reads it through here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# That of Python 3.11 holds one lock for all registers while a value is made.
from werkzeug.utils import cached_property

from services.public import public_members
from services.public.catalogue import Words, supported, words
from services.public.clients import Json, Registry
from services.public.entries import Entry, Listing, Listings, entry_of
from services.public.query import Ask
from shared import disclosure
from shared.errors import NotFound


@dataclass
class Register:
    """``today`` is the day where the processor is; ``day`` the one the visitor asks for."""

    registry: Registry
    ask: Ask
    now: datetime
    origin: str
    listings: Listings = field(default_factory=Listings)

    @cached_property
    def processor(self) -> Json:
        return public_members.public_processor(self.registry.processor(self.ask.slug))

    @cached_property
    def zone(self) -> tzinfo:
        """The processor's time zone, in which the registry too counts days; UTC without one."""
        try:
            return ZoneInfo(self.processor.get("time_zone") or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            return UTC

    @cached_property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def mark(self) -> tuple[object, ...]:
        """What the register's pages depend on: its ledger's head, and the day."""
        head = self.processor
        return (head.get("sequence"), head.get("head_hash"), head.get("updated_at"), self.today)

    @property
    def language(self) -> str:
        return self.ask.language or supported(self.processor.get("locale")) or "en"

    @property
    def words(self) -> Words:
        return words(self.language)

    @property
    def day(self) -> date:
        return self.ask.as_of or self.today

    @property
    def url(self) -> str:
        return f"{self.origin}/p/{self.ask.slug}"

    @cached_property
    def all_entries(self) -> Listing:
        """The whole list on the day, each entry followed by those it engages in turn."""
        return self.listings.get((self.ask.slug, self.ask.as_of), self.mark, self._read_entries)

    def _read_entries(self) -> Listing:
        as_of = self.ask.as_of.isoformat() if self.ask.as_of else None
        items = self.registry.sub_processors(self.ask.slug, as_of)
        return Listing(in_tree_order([entry_of(item) for item in items]))

    @property
    def names(self) -> dict[str, str]:
        listing = self.all_entries
        return listing.once(
            "names", lambda: {one["id"]: one.get("legal_name") or "" for one in listing}
        )

    @cached_property
    def entries(self) -> list[Entry]:
        return [entry for entry in self.all_entries if self._wanted(entry)]

    @cached_property
    def changes(self) -> list[Json]:
        return public_members.public_changes(self.registry.changes(self.ask.slug))

    @property
    def coming(self) -> list[Json]:
        """Announced and not yet in effect, the nearest day first."""
        return [one for one in reversed(self.changes) if one["status"] == "announced"]

    def coming_after(self, day: date) -> list[Json]:
        """Those that the list of ``day`` does not hold yet."""
        return [one for one in self.coming if (one.get("effective_on") or "") > day.isoformat()]

    @property
    def past(self) -> list[Json]:
        return [one for one in self.changes if one["status"] != "announced"]

    @property
    def entry(self) -> Json:
        for entry in self.all_entries:
            if entry["id"] == self.ask.entry_id:
                return entry
        raise NotFound

    @property
    def between(self) -> tuple[date, date]:
        """The two days to compare: those asked for, else the last ninety days."""
        to = self.ask.to or self.today
        # Not by subtraction, which overflows in the first ninety days of the calendar.
        return self.ask.from_ or date.fromordinal(max(1, to.toordinal() - 90)), to

    def diff(self, from_: date, to: date) -> list[Json]:
        items = self.registry.diff(self.ask.slug, from_.isoformat(), to.isoformat())
        return public_members.public_diff(items)

    def ledger(self) -> Iterator[Json]:
        """The entries up to the head that was read, so that the answer agrees with its ETag."""
        last = int(self.processor.get("sequence") or 0)
        for entry in self.registry.ledger(self.ask.slug, self.ask.after):
            if int(entry["sequence"]) > last:
                return
            yield disclosure.open_part(entry)

    def checkpoints(self) -> Json:
        """Signed statements of where the ledger stood, with the keys that verify them."""
        items = self.registry.checkpoints(self.ask.slug)
        return public_members.public_checkpoints(self.registry.checkpoint_keys(), items)

    def _wanted(self, entry: Entry) -> bool:
        ask = self.ask
        return (
            (not ask.country or ask.country in countries(entry))
            and (not ask.category or ask.category in (entry.get("categories") or []))
            and (not ask.q or ask.q.casefold() in entry.once("searched", lambda: searched(entry)))
        )


def countries(entry: Json) -> set[str]:
    """Every country an entry touches: its seat and its places."""
    places = [place.get("country") for place in entry.get("locations") or []]
    return {code for code in (entry.get("country"), *places) if code}


def searched(entry: Json) -> str:
    purpose = entry.get("purpose")
    texts = purpose.values() if isinstance(purpose, dict) else [purpose]
    lists = (entry.get("categories"), entry.get("data_categories"), entry.get("products"))
    words_ = [entry.get("legal_name"), *texts, *(one for many in lists for one in many or [])]
    return " ".join(str(word) for word in words_ if word).casefold()


def in_tree_order(entries: list[Entry]) -> list[Entry]:
    """By name, children right after their parent; an entry whose parent is absent stands alone."""
    named = sorted(entries, key=lambda one: str(one.get("legal_name") or "").casefold())
    known = {one["id"] for one in named}
    children: dict[str | None, list[Entry]] = {}
    for one in named:
        parent = one.get("parent_id")
        children.setdefault(parent if parent in known and parent != one["id"] else None, []).append(
            one
        )
    ordered: list[Entry] = []
    waiting = list(reversed(children.get(None, [])))
    while waiting:
        one = waiting.pop()
        ordered.append(one)
        waiting.extend(reversed(children.get(one["id"], [])))
    # A ring of parents hangs on no root; it is still shown.
    seen = {one["id"] for one in ordered}
    return ordered + [one for one in named if one["id"] not in seen]
