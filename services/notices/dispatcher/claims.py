"""Which deliveries are taken next, so that no endpoint and no trouble of one delays the others.

First tries to endpoints in good order have a lane of their own and may fill every place. Retries,
and whatever goes to endpoints that are slow or failing, wait in a second lane. An endpoint with
more due than it may be sent at once gets a lane to itself, into which its backlog is moved in bulk.
Half of the places at most go to all but the first lane, and few while there are first tries.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.notices.dispatcher import metrics
from services.notices.dispatcher.parcels import OpenedParcels
from services.notices.dispatcher.ports import Claimed, Lease, Sending
from services.notices.dispatcher.writer import Completions
from services.notices.model.deliveries import ABANDONED, FIRST, HELD, SECOND
from services.notices.model.endpoints import Destination
from services.notices.model.messages import body_of
from services.notices.model.parcels import texts_of, unpacked
from services.notices.store import Stores
from services.notices.store.late_notices import texts_now
from services.notices.store.outcomes import Completion
from shared.documents import Document
from shared.failures import Failures
from shared.ids import IdSource
from shared.times import Clock

# By message: its event, and its own piece of the body.
Texts = Mapping[str, tuple[str, str]]

CLAIM_LIMIT = 1_000
# With so many waiting it opens no other parcel: more than leave in a round, so that none of them
# goes by without work, and no more, for the dispatchers beside it.
ENOUGH = 256
# One place in so many is for what is not a first try, while there are first tries: what has failed
# before costs several times as much to try, and can wait a minute more.
FEW = 128
# How many endpoints' own lanes one round looks into, and how much of a backlog it moves.
LANES_A_ROUND = 16
MOVED_A_ROUND = 5_000


@dataclass(frozen=True)
class Shares:
    """What one endpoint may take: attempts at once, attempts a second."""

    in_flight: int = 8
    per_second: int = 100

    def among(self, dispatchers: int) -> Shares:
        """What it may take of each of so many dispatchers; of each at least one."""
        return Shares(
            max(1, self.in_flight // max(1, dispatchers)),
            max(1, self.per_second // max(1, dispatchers)),
        )


@dataclass
class Claims:
    """Use it from one thread. ``waiting``: claimed and to be sent; ``held``: endpoints for which
    something was put aside because they are disabled."""

    stores: Stores
    failures: Failures
    lease: Lease
    shares: Shares
    done: Completions
    opened: OpenedParcels
    now: Clock
    new_id: IdSource
    monotonic: Callable[[], float]
    waiting: deque[Claimed] = field(default_factory=deque)
    held: set[str] = field(default_factory=set)
    _load: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _begun: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _second: int = -1
    _slower: int = 0
    _crowded: set[str] = field(default_factory=set)
    _looked_at: str = ""
    _barred: frozenset[str] = frozenset()

    def take(self, sender: Sending) -> int:
        """Claim what there is room for; how many."""
        # With every place taken it is still to be known whether somebody waits for one.
        if not sender.free and self.waiting:
            return 0
        self._new_second()
        self._barred = frozenset(self.failures.barred())
        places = sender.free + sender.in_flight
        taken = self._take_first(min(CLAIM_LIMIT, 4 * places) - len(self.waiting))
        # As long as there are first tries, the rest gets few of the places, else half.
        share = places // FEW if taken or len(self.waiting) > places // 4 else places // 2
        for take in (self._take_second, self._take_own):
            room = max(1, share) - self._slower
            taken += take(room) if room > 0 else 0
        return taken

    def let_go(self, claimed: Claimed) -> None:
        """It is neither waiting nor in the air any more."""
        self._slower -= not claimed.is_first
        self._load[claimed.endpoint.id] -= 1
        if not self._load[claimed.endpoint.id]:
            del self._load[claimed.endpoint.id]

    def give_back(self, claimed: Sequence[Claimed], after: timedelta = timedelta()) -> None:
        """Nothing was sent of these; whoever claims next may have them, from ``after`` on."""
        for each in claimed:
            self.let_go(each)
        # What has lapsed is due again already; a row of it would be sent beside its parcel.
        ours = [each for each in claimed if each.until > self.monotonic()]
        self._give_back([(each.delivery["lane"], each.delivery) for each in ours], after)

    def _give_back(self, rows: Sequence[tuple[str, Document]], after: timedelta) -> None:
        if rows:
            self.stores.deliveries.give_back(rows, self.now() + after)
            self.opened.close((row["claim"], row["_id"]) for _, row in rows)

    def _new_second(self) -> None:
        second = int(self.monotonic())
        if second != self._second:
            self._second = second
            self._begun.clear()

    def _take_first(self, room: int) -> int:
        self._move_backlogs()
        taken = self._take_parcels(room)
        return taken + self._take_lane(FIRST, room - taken)

    def _take_parcels(self, room: int) -> int:
        taken = 0
        while taken < room and len(self.waiting) < ENOUGH:
            term = self._term()
            # A clock that jumped makes what we hold look due again.
            passing = [*self.opened.held_at(self.monotonic()), *self._barred]
            parcel = self.stores.parcels.take(term.token, term.begins, term.ends, passing)
            if parcel is None:
                break
            taken += self._open_unless_it_fails(parcel, term)
        return taken

    def _open_unless_it_fails(self, parcel: Document, term: _Term) -> int:
        """One that cannot be opened rests for its lease at least, and nobody waits behind it."""
        taken = list[int]()
        self.failures.attempt(parcel["_id"], lambda _: taken.append(self._open(parcel, term)))
        return sum(taken)

    def _open(self, parcel: Document, term: _Term) -> int:
        packed = unpacked(parcel["items"])
        # What has a row by now is not sent again: somebody else has had the parcel before, or a
        # fan-out packed it that came too late. Should the other one not be dead but slow: of two
        # rows for one delivery the first one stands.
        gone = self.stores.deliveries.stored([each["_id"] for each in packed])
        packed = [each for each in packed if each["_id"] not in gone]
        ids = [each["_id"] for each in packed]
        self.opened.open(parcel["_id"], term.token, ids, term.lapses)
        rows = [{**each, "claim": term.token, "unstored": each} for each in packed]
        texts = texts_of(parcel)
        return self._prepare(rows, lambda _: texts, term)

    def _take_second(self, room: int) -> int:
        return self._take_lane(SECOND, room)

    def _take_lane(self, lane: str, room: int) -> int:
        if room <= 0:
            return 0
        term = self._term()
        passing = self._crowded
        rows = self.stores.deliveries.claim(term.token, term.begins, term.ends, room, lane, passing)
        return self._prepare(rows, self._texts_for, term)

    def _take_own(self, room: int) -> int:
        """From the lanes of single endpoints, going on where the last round ended."""
        term = self._term()
        own_lanes = self.stores.deliveries.own_lanes
        lanes = own_lanes(term.begins, self._looked_at, LANES_A_ROUND)
        if not lanes and self._looked_at:
            lanes = own_lanes(term.begins, "", LANES_A_ROUND)
        self._looked_at = lanes[-1] if len(lanes) == LANES_A_ROUND else ""
        rooms: dict[str, int] = {}
        for each in lanes:
            limit = min(self._room_of(each), room - sum(rooms.values()))
            if limit > 0:
                rooms[each] = limit
        if not rooms:
            return 0
        rows = self.stores.deliveries.claim_own(term.token, term.begins, term.ends, rooms)
        return self._prepare(rows, self._texts_for, term)

    def _term(self) -> _Term:
        begins = self.now()
        seconds = self.lease.seconds
        ends = begins + timedelta(seconds=seconds)
        return _Term(self.new_id("claim"), begins, ends, self.monotonic() + seconds)

    def _room_of(self, endpoint_id: str) -> int:
        at_once = self.shares.in_flight - self._load.get(endpoint_id, 0)
        return min(at_once, self.shares.per_second - self._begun.get(endpoint_id, 0))

    def _move_backlogs(self) -> None:
        for each in list(self._crowded):
            moved = self.stores.deliveries.set_apart(each, self.now(), MOVED_A_ROUND)
            if moved < MOVED_A_ROUND:
                self._crowded.discard(each)

    def _texts_for(self, rows: Sequence[Document]) -> Texts:
        found = self.stores.messages.to_send(each["message_id"] for each in rows)
        return {name: (each["event_id"], each["extra"]) for name, each in found.items()}

    def _prepare(
        self,
        rows: Sequence[Document],
        texts_for: Callable[[Sequence[Document]], Texts],
        term: _Term,
    ) -> int:
        """Make them ready to be sent. One that cannot be read stops no other: it is claimed again
        when its lease lapses, and passed over when it has been set aside."""
        by_id = {each["_id"]: each for each in rows if each["_id"] not in self._barred}
        if not by_id:
            return 0
        metrics.CLAIM_SIZE.observe(len(rows))

        def work(ids: Sequence[str]) -> None:
            some = [by_id[each] for each in ids]
            self._sort(self._read(some, texts_for(some), term), term)

        self.failures.run_together(list(by_id), work)
        return len(by_id)

    def _read(
        self, rows: Sequence[Document], texts: Texts, term: _Term
    ) -> list[tuple[Document, Destination | None, bytes]]:
        """With each its endpoint, if there is something to send to it, and the body. Nothing is
        changed, so that it may be done again."""
        events = self.stores.events.many({event_id for event_id, _ in texts.values()})
        # A notice that leaves after the day it was announced tells the days that follow from now.
        texts = texts_now(self.stores.receipts, texts, events, term.begins)
        endpoints = self.stores.endpoints.destinations({each["endpoint_id"] for each in rows})
        read: list[tuple[Document, Destination | None, bytes]] = []
        for row in rows:
            event_id, extra = texts.get(row["message_id"], ("", ""))
            if event := events.get(event_id):
                body = body_of(event.head, extra, event.tail)
                read.append((row, endpoints.get(row["endpoint_id"]), body))
            else:
                read.append((row, None, b""))
        return read

    def _sort(
        self, read: Sequence[tuple[Document, Destination | None, bytes]], term: _Term
    ) -> None:
        too_many: list[tuple[str, Document]] = []
        for row, endpoint, body in read:
            if endpoint is None:
                self._put_aside(row, ABANDONED)
            elif endpoint.disabled_at is not None:
                self._put_aside(row, HELD)
                self.held.add(endpoint.id)
            elif self._room_of(endpoint.id) <= 0:
                too_many.append((endpoint.id, row))
            else:
                self._accept(Claimed(row, endpoint, body, term.lapses))
        self._set_apart(too_many)

    def _accept(self, claimed: Claimed) -> None:
        self.waiting.append(claimed)
        self._slower += not claimed.is_first
        self._load[claimed.endpoint.id] += 1
        self._begun[claimed.endpoint.id] += 1

    def _set_apart(self, rows: Sequence[tuple[str, Document]]) -> None:
        """What is too much for its endpoint now waits in that one's own lane, without an attempt
        counted; and so does what else is due for it."""
        self._give_back(rows, timedelta())
        self._crowded |= {lane for lane, _ in rows}

    def _put_aside(self, row: Document, state: str) -> None:
        unstored = row.get("unstored")
        self.done.add(Completion(row["_id"], row["claim"], state, None, None, unstored=unstored))


@dataclass(frozen=True)
class _Term:
    """Of a claim: its token, and from when until when it holds; ``lapses`` in monotonic seconds."""

    token: str
    begins: datetime
    ends: datetime
    lapses: float
