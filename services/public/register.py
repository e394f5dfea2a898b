"""One register as the public may see it; every page, feed and file reads it through here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Not of functools: in Python 3.11 that one holds a lock for all registers while it computes.
from werkzeug.utils import cached_property

from services.public import public_members
from services.public.catalogue import Words, supported, words
from services.public.clients import Json, Registry
from services.public.entries import Entry, Listing, Listings, entry_of
from services.public.query import Query
from shared import disclosure
from shared.errors import NotFound


@dataclass
class Register:
    """The register that ``query`` names. It is read on first use, and each part at most once.

    ``today`` is the day in the processor's time zone; ``day`` the one that the page shows.
    """

    registry: Registry
    query: Query
    now: datetime
    origin: str
    listings: Listings = field(default_factory=Listings)

    @cached_property
    def processor(self) -> Json:
        return public_members.public_processor(self.registry.processor(self.query.slug))

    @cached_property
    def zone(self) -> tzinfo:
        """The processor's time zone, in which the registry counts days, too; UTC without one."""
        try:
            return ZoneInfo(self.processor.get("time_zone") or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            return UTC

    @cached_property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def version(self) -> tuple[object, ...]:
        """What answers about the register depend on: the head of its ledger, and the day."""
        head = self.processor
        return (head.get("sequence"), head.get("head_hash"), head.get("updated_at"), self.today)

    @property
    def language(self) -> str:
        return self.query.language or supported(self.processor.get("locale")) or "en"

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
        """The whole list on the day, each entry followed by those that it engages."""
        return self.listings.get(
            (self.query.slug, self.query.as_of), self.version, self._read_entries
        )

    def _read_entries(self) -> Listing:
        as_of = self.query.as_of.isoformat() if self.query.as_of else None
        items = self.registry.sub_processors(self.query.slug, as_of)
        return Listing(in_tree_order([entry_of(item) for item in items]))

    @property
    def names(self) -> dict[str, str]:
        listing = self.all_entries
        return listing.once(
            "names", lambda: {one["id"]: one.get("legal_name") or "" for one in listing}
        )

    @cached_property
    def entries(self) -> list[Entry]:
        return [entry for entry in self.all_entries if self._matches(entry)]

    @cached_property
    def changes(self) -> list[Json]:
        return public_members.public_changes(self.registry.changes(self.query.slug))

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
            if entry["id"] == self.query.entry_id:
                return entry
        raise NotFound

    @property
    def between(self) -> tuple[date, date]:
        """The two days to compare; by default today and ninety days ago."""
        to = self.query.to or self.today
        # Subtraction would overflow in the first ninety days of the calendar.
        return self.query.from_ or date.fromordinal(max(1, to.toordinal() - 90)), to

    def diff(self, from_: date, to: date) -> list[Json]:
        items = self.registry.diff(self.query.slug, from_.isoformat(), to.isoformat())
        return public_members.public_diff(items)

    def ledger(self) -> Iterator[Json]:
        """The ledger after ``query.after``, up to the head that was read, as the ETag names it."""
        last = int(self.processor.get("sequence") or 0)
        for entry in self.registry.ledger(self.query.slug, self.query.after):
            if int(entry["sequence"]) > last:
                return
            yield disclosure.open_part(entry)

    def checkpoints(self) -> Json:
        """The signed heads of the ledger, with the keys that verify them."""
        items = self.registry.checkpoints(self.query.slug)
        return public_members.public_checkpoints(self.registry.checkpoint_keys(), items)

    def _matches(self, entry: Entry) -> bool:
        query = self.query
        return (
            (not query.country or query.country in countries(entry))
            and (not query.category or query.category in (entry.get("categories") or []))
            and (not query.q or query.q.casefold() in search_text(entry))
        )


def countries(entry: Json) -> set[str]:
    """The countries of an entry: of its seat and of its places."""
    places = [place.get("country") for place in entry.get("locations") or []]
    return {code for code in (entry.get("country"), *places) if code}


def search_text(entry: Entry) -> str:
    """The text in which a search looks, in small letters."""
    return entry.once("search_text", lambda: search_text_of(entry))


def search_text_of(entry: Json) -> str:
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
