"""Claims the deliveries to send next, so that no slow endpoint delays the others.

A delivery waits in one of three kinds of lane:

- ``first``: first tries to healthy endpoints. They may use the whole capacity of the sender.
- ``second``: retries, and all deliveries to endpoints that are slow or failing.
- an endpoint's own lane: its backlog, when more is due than its limits allow at once.

Together, the second lane and the endpoints' own lanes get at most half of the sender's capacity,
and only a small part of it while first tries are due.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.notices.dispatcher import metrics
from services.notices.dispatcher.parcels import OpenedParcels
from services.notices.dispatcher.ports import Claimed, Lease, Sending
from services.notices.dispatcher.writer import OutcomeWriter
from services.notices.model.deliveries import ABANDONED, FIRST, HELD, SECOND
from services.notices.model.endpoints import Destination
from services.notices.model.messages import body_of
from services.notices.model.parcels import texts_of, unpacked
from services.notices.model.stored import ClaimedDelivery, StoredDelivery, StoredParcel
from services.notices.store import Stores
from services.notices.store.late_notices import texts_now
from services.notices.store.outcomes import Completion
from shared.failures import Failures
from shared.ids import IdSource
from shared.times import Clock

# By message id: the id of its event, and the part of the body that belongs to this message alone.
Texts = Mapping[str, tuple[str, str]]

# A claimed row with its endpoint and body. The endpoint is None when there is nothing to send.
Resolved = tuple[ClaimedDelivery, Destination | None, bytes]

# The largest number of deliveries that are ready or claimed in one round.
CLAIM_LIMIT = 1_000
# With this many deliveries ready, no further parcel is opened. One round sends fewer, so the sender
# always has work; all other parcels are left to the dispatchers in other processes.
MIN_READY = 256
# While first tries are due, all other deliveries share this fraction (one in 128) of the sender's
# capacity: a retry costs several times as much as a first try, and can wait a minute longer.
ONE_RETRY_IN = 128
# Limits of one round: own lanes read, and deliveries of one endpoint's backlog moved.
LANES_PER_ROUND = 16
MOVES_PER_ROUND = 5_000


@dataclass(frozen=True)
class EndpointLimits:
    """The limits of one endpoint: attempts in flight at once, and attempts per second."""

    in_flight: int = 8
    per_second: int = 100

    def among(self, dispatchers: int) -> EndpointLimits:
        """Return these limits divided among ``dispatchers`` processes, never below 1."""
        return EndpointLimits(
            max(1, self.in_flight // max(1, dispatchers)),
            max(1, self.per_second // max(1, dispatchers)),
        )


@dataclass
class Claims:
    """The deliveries that this process has claimed. Use it from one thread.

    ``waiting``: deliveries claimed and ready to be sent.
    ``held``: ids of disabled endpoints for which a delivery was held.
    """

    stores: Stores
    failures: Failures
    lease: Lease
    limits: EndpointLimits
    writer: OutcomeWriter
    opened: OpenedParcels
    now: Clock
    new_id: IdSource
    monotonic: Callable[[], float]
    waiting: deque[Claimed] = field(default_factory=deque)
    held: set[str] = field(default_factory=set)
    # By endpoint: deliveries claimed and not released; deliveries accepted in this second.
    _load: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _accepted: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _second: int = -1
    # Claimed deliveries that are not first tries.
    _retries: int = 0
    # Endpoints whose backlog is being moved into their own lane.
    _crowded: set[str] = field(default_factory=set)
    # The own lane that the previous round read last; empty to start with the first lane again.
    _last_lane: str = ""
    # Deliveries and parcels that failed in this loop and are not due for another try.
    _barred: frozenset[str] = frozenset()

    def take(self, sender: Sending) -> int:
        """Claim as many due deliveries as the sender has room for, and return their number."""
        # A full sender needs no more, unless nothing is waiting: the dispatcher cuts slow first
        # tries short only when deliveries wait, so some must be claimed to be seen waiting.
        if not sender.free and self.waiting:
            return 0
        self._count_seconds()
        self._barred = frozenset(self.failures.barred())
        capacity = sender.free + sender.in_flight
        taken = self._take_first(min(CLAIM_LIMIT, 4 * capacity) - len(self.waiting))
        has_first_tries = taken > 0 or len(self.waiting) > capacity // 4
        max_retries = max(1, capacity // ONE_RETRY_IN if has_first_tries else capacity // 2)
        taken += self._take_second(max_retries - self._retries)
        taken += self._take_own(max_retries - self._retries)
        return taken

    def release(self, claimed: Claimed) -> None:
        """Stop counting a delivery that is neither waiting nor in flight any more."""
        self._retries -= not claimed.is_first
        self._load[claimed.endpoint.id] -= 1
        if not self._load[claimed.endpoint.id]:
            del self._load[claimed.endpoint.id]

    def give_back(self, deliveries: Sequence[Claimed], after: timedelta = timedelta()) -> None:
        """Return unsent deliveries to their lanes, due again ``after`` from now."""
        for delivery in deliveries:
            self.release(delivery)
        # A delivery whose lease has expired is due again anyway. If it came in a parcel and got a
        # row now, it would be sent twice: from the row and from the parcel.
        monotonic_now = self.monotonic()
        leased = [delivery.delivery for delivery in deliveries if delivery.until > monotonic_now]
        self._give_back([(row["lane"], row) for row in leased], after)

    def _give_back(self, rows: Sequence[tuple[str, ClaimedDelivery]], after: timedelta) -> None:
        if rows:
            self.stores.deliveries.give_back(rows, self.now() + after)
            self.opened.close((row["claim"], row["_id"]) for _, row in rows)

    def _count_seconds(self) -> None:
        second = int(self.monotonic())
        if second != self._second:
            self._second = second
            self._accepted.clear()

    # First tries: from parcels, then from the lane ``first``.

    def _take_first(self, room: int) -> int:
        self._move_backlogs()
        taken = self._take_parcels(room)
        return taken + self._take_lane(FIRST, room - taken)

    def _take_parcels(self, room: int) -> int:
        taken = 0
        while taken < room and len(self.waiting) < MIN_READY:
            claim = self._new_claim()
            # After a jump of the clock, the parcels that this process holds look due again.
            excluded = [*self.opened.held_at(self.monotonic()), *self._barred]
            parcel = self.stores.parcels.take(claim.token, claim.begins, claim.ends, excluded)
            if parcel is None:
                break
            taken += self._try_to_open(parcel, claim)
        return taken

    def _try_to_open(self, parcel: StoredParcel, claim: _NewClaim) -> int:
        """Open a parcel and return how many deliveries were claimed; none if opening it fails.

        A parcel that fails is not tried again before its lease ends. Other parcels are not delayed.
        """
        counts = list[int]()
        self.failures.attempt(parcel["_id"], lambda _: counts.append(self._open(parcel, claim)))
        return sum(counts)

    def _open(self, parcel: StoredParcel, claim: _NewClaim) -> int:
        """Claim the deliveries of a parcel that have no row yet, and return their number.

        A row means that an earlier holder of the parcel has sent, held, moved or abandoned the
        delivery. If that holder still works on the parcel, both processes may send a delivery; the
        row that is stored first is kept.
        """
        packed = unpacked(parcel["items"])
        stored = self.stores.deliveries.stored([delivery["_id"] for delivery in packed])
        unstored = [delivery for delivery in packed if delivery["_id"] not in stored]
        ids = [delivery["_id"] for delivery in unstored]
        self.opened.open(parcel["_id"], claim.token, ids, claim.monotonic_end)
        rows = [_claimed(delivery, claim.token) for delivery in unstored]
        texts = texts_of(parcel)
        return self._prepare(rows, lambda _: texts, claim)

    # The other lanes.

    def _take_second(self, room: int) -> int:
        return self._take_lane(SECOND, room)

    def _take_lane(self, lane: str, room: int) -> int:
        if room <= 0:
            return 0
        claim = self._new_claim()
        rows = self.stores.deliveries.claim(
            claim.token, claim.begins, claim.ends, room, lane, self._crowded
        )
        return self._prepare(rows, self._texts_for, claim)

    def _take_own(self, room: int) -> int:
        """Claim from the endpoints' own lanes, after the lane that the previous round read last."""
        if room <= 0:
            return 0
        claim = self._new_claim()
        limits: dict[str, int] = {}
        for endpoint_id in self._next_own_lanes(claim.begins):
            limit = min(self._room_of(endpoint_id), room - sum(limits.values()))
            if limit > 0:
                limits[endpoint_id] = limit
        if not limits:
            return 0
        rows = self.stores.deliveries.claim_own(claim.token, claim.begins, claim.ends, limits)
        return self._prepare(rows, self._texts_for, claim)

    def _next_own_lanes(self, now: datetime) -> list[str]:
        own_lanes = self.stores.deliveries.own_lanes
        lanes = own_lanes(now, self._last_lane, LANES_PER_ROUND)
        if not lanes and self._last_lane:
            lanes = own_lanes(now, "", LANES_PER_ROUND)
        self._last_lane = lanes[-1] if len(lanes) == LANES_PER_ROUND else ""
        return lanes

    def _new_claim(self) -> _NewClaim:
        begins, seconds = self.now(), self.lease.seconds
        ends = begins + timedelta(seconds=seconds)
        return _NewClaim(self.new_id("claim"), begins, ends, self.monotonic() + seconds)

    def _room_of(self, endpoint_id: str) -> int:
        """Return how many more deliveries an endpoint may get now."""
        in_flight = self.limits.in_flight - self._load.get(endpoint_id, 0)
        in_this_second = self.limits.per_second - self._accepted.get(endpoint_id, 0)
        return min(in_flight, in_this_second)

    def _move_backlogs(self) -> None:
        """Move due deliveries of crowded endpoints into their own lanes, some in each round."""
        for endpoint_id in list(self._crowded):
            moved = self.stores.deliveries.set_apart(endpoint_id, self.now(), MOVES_PER_ROUND)
            if moved < MOVES_PER_ROUND:
                self._crowded.discard(endpoint_id)

    # From claimed rows to deliveries that are ready to be sent.

    def _texts_for(self, rows: Sequence[ClaimedDelivery]) -> Texts:
        messages = self.stores.messages.to_send(row["message_id"] for row in rows)
        return {name: (message["event_id"], message["extra"]) for name, message in messages.items()}

    def _prepare(
        self,
        rows: Sequence[ClaimedDelivery],
        texts_for: Callable[[Sequence[ClaimedDelivery]], Texts],
        claim: _NewClaim,
    ) -> int:
        """Make claimed rows ready to be sent, or finish those that need no sending.

        Returns the number of rows, without the barred ones. A row that fails, because it cannot be
        read, does not stop the others; it can be claimed again when its lease has expired.
        """
        rows_by_id = {row["_id"]: row for row in rows if row["_id"] not in self._barred}
        if not rows_by_id:
            return 0
        metrics.CLAIM_SIZE.observe(len(rows))

        def resolve_and_sort(ids: Sequence[str]) -> None:
            batch = [rows_by_id[delivery_id] for delivery_id in ids]
            self._sort(self._resolve(batch, texts_for(batch), claim), claim)

        self.failures.run_together(list(rows_by_id), resolve_and_sort)
        return len(rows_by_id)

    def _resolve(
        self, rows: Sequence[ClaimedDelivery], texts: Texts, claim: _NewClaim
    ) -> list[Resolved]:
        """Return each row with its endpoint and body. Only reads, so it may be repeated."""
        events = self.stores.events.many({event_id for event_id, _ in texts.values()})
        # A notice sent later than the day of its announcement counts its days from today.
        texts = texts_now(self.stores.receipts, texts, events, claim.begins)
        endpoints = self.stores.endpoints.destinations({row["endpoint_id"] for row in rows})
        resolved: list[Resolved] = []
        for row in rows:
            event_id, extra = texts.get(row["message_id"], ("", ""))
            if event := events.get(event_id):
                body = body_of(event, extra)
                resolved.append((row, endpoints.get(row["endpoint_id"]), body))
            else:
                resolved.append((row, None, b""))
        return resolved

    def _sort(self, resolved: Sequence[Resolved], claim: _NewClaim) -> None:
        """Queue each row for sending, hold it, abandon it, or move it to the own lane."""
        over_limit: list[tuple[str, ClaimedDelivery]] = []
        for row, endpoint, body in resolved:
            if endpoint is None:
                self._finish_unsent(row, ABANDONED)
            elif endpoint.disabled_at is not None:
                self._finish_unsent(row, HELD)
                self.held.add(endpoint.id)
            elif self._room_of(endpoint.id) <= 0:
                over_limit.append((endpoint.id, row))
            else:
                self._accept(Claimed(row, endpoint, body, claim.monotonic_end))
        self._set_apart(over_limit)

    def _accept(self, claimed: Claimed) -> None:
        self.waiting.append(claimed)
        self._retries += not claimed.is_first
        self._load[claimed.endpoint.id] += 1
        self._accepted[claimed.endpoint.id] += 1

    def _set_apart(self, rows: Sequence[tuple[str, ClaimedDelivery]]) -> None:
        """Release deliveries over their endpoint's limits into the endpoint's own lane.

        No attempt is counted. The next rounds move the rest of the endpoint's backlog.
        """
        self._give_back(rows, timedelta())
        self._crowded |= {endpoint_id for endpoint_id, _ in rows}

    def _finish_unsent(self, row: ClaimedDelivery, state: str) -> None:
        unstored = row.get("unstored")
        self.writer.add(Completion(row["_id"], row["claim"], state, None, None, unstored=unstored))


def _claimed(delivery: StoredDelivery, token: str) -> ClaimedDelivery:
    """The first try of a delivery that has no row yet."""
    return {
        "_id": delivery["_id"],
        "message_id": delivery["message_id"],
        "endpoint_id": delivery["endpoint_id"],
        "lane": delivery["lane"],
        "attempt": 0,
        "attempts": [],
        "claim": token,
        "unstored": delivery,
    }


@dataclass(frozen=True)
class _NewClaim:
    """One claim: its token, and when its lease begins and ends.

    The lease is stored in wall-clock time, which may jump. This process therefore checks
    ``monotonic_end``, the end in seconds of its monotonic clock.
    """

    token: str
    begins: datetime
    ends: datetime
    monotonic_end: float
