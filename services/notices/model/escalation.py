"""What follows for a notice that its customer has not received yet: pure rules.

A notice is owed. It goes by the channels that the agreement names; when none of them delivers it in
time, or at all, it goes to further addresses, one after the other; and when none is left it is
unreached, which the processor sees, until something delivers it after all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from services.notices.events import FOLLOW_UPS, INVITATIONS, MAILED, OFFERS
from services.notices.model import deliveries, sendings
from services.notices.model.channels import Address

# How often a notice under way is checked, so that a dead endpoint is noticed before its time.
CHECK_EVERY = timedelta(minutes=5)
FIRST_CHECK = timedelta(minutes=1)
# How often an unreached one is: a setting, an endpoint or a contact may have been put right.
UNREACHED_EVERY = timedelta(hours=6)

NO_CONTACT, NOBODY_LEFT = "no_contact", "contacts_exhausted"


def first_check(*, is_notice: bool, at_once: bool, is_queued: bool, now: datetime) -> datetime:
    """When a new message is checked first. ``at_once``: its agreement names a channel that
    escalation sends by, or the notice before was sent by one; ``is_queued``: some delivery to an
    endpoint is not held. What is no notice is checked once, to see who else gets it."""
    wait = FIRST_CHECK if is_notice and is_queued and not at_once else timedelta()
    return now + wait


@dataclass(frozen=True)
class ChannelState:
    """How a message stands on one channel. ``addresses``: in the order to be tried; ``rows``: its
    sendings so far; ``is_named``: by the agreement; ``is_on``: whether it can send at all;
    ``no_address``: why the customer cannot be reached where it has left no address for it."""

    channel: str
    addresses: Sequence[Address] = ()
    rows: Sequence[Mapping[str, Any]] = ()
    is_named: bool = False
    is_fallback: bool = False
    is_on: bool = True
    no_address: str | None = None

    @property
    def is_delivered(self) -> bool:
        return any(row["state"] == sendings.DELIVERED for row in self.rows)

    @property
    def under_way(self) -> bool:
        return any(row["state"] == sendings.PENDING for row in self.rows)

    @property
    def next_address(self) -> Address | None:
        """The next one to send to, if anything can be sent."""
        tried = {row["address"] for row in self.rows}
        fresh = (address for address in self.addresses if address.key not in tried)
        return next(fresh, None) if self.is_on else None

    @property
    def may_be_used(self) -> bool:
        return self.is_named or self.is_fallback

    @property
    def is_owed(self) -> bool:
        """Where the agreement names it, another channel alone keeps half of what was promised."""
        is_open = self.under_way or self.next_address is not None
        return self.is_named and not self.is_delivered and is_open


class Letter(NamedTuple):
    """A sending to make, and why."""

    to: Address
    why: str


@dataclass(frozen=True)
class Case:
    """One notice as it stands. ``since``: when it was first owed; ``effective_on``: a day;
    ``endpoints``: the states of its deliveries to endpoints."""

    since: datetime
    effective_on: str | None
    acknowledged: bool
    withdrawn: bool
    endpoints: Sequence[str]
    channels: Sequence[ChannelState]

    @property
    def is_delivered(self) -> bool:
        by_address = any(channel.is_delivered for channel in self.channels)
        return by_address or deliveries.DELIVERED in self.endpoints

    @property
    def owed(self) -> Sequence[ChannelState]:
        return [channel for channel in self.channels if channel.is_owed]

    @property
    def first_letters(self) -> Sequence[Letter]:
        """One by each channel that the agreement names and that has sent nothing yet."""
        fresh = (each for each in self.channels if each.is_named and not each.rows)
        return [Letter(to, sendings.CHANNEL) for each in fresh if (to := each.next_address)]

    @property
    def next_letter(self) -> Letter | None:
        """The next address: of a channel that is still owed once another one has delivered."""
        usable = self.owed if self.is_delivered else self._usable
        for channel in usable:
            if to := channel.next_address:
                return Letter(to, sendings.ESCALATION if channel.rows else sendings.FALLBACK)
        return None

    @property
    def reason(self) -> str:
        """Why the customer cannot be reached."""
        addressed = [channel for channel in self._usable if channel.addresses]
        unaddressed = (each for each in self.channels if each.is_named and not each.addresses)
        lacking = [each.no_address for each in unaddressed if each.no_address]
        if lacking and not any(channel.is_on for channel in addressed):
            return lacking[0]
        if not addressed:
            return NO_CONTACT
        is_off = (f"{channel.channel}_off" for channel in addressed if not channel.is_on)
        return next(is_off, NOBODY_LEFT)

    @property
    def _usable(self) -> Sequence[ChannelState]:
        return [channel for channel in self.channels if channel.may_be_used]


@dataclass(frozen=True)
class Decision:
    """``letters``: what to send. ``check_at``: when to check again; None: it is done.

    ``unreached``: why the customer has it from nobody, or None.
    """

    check_at: datetime | None = None
    letters: Sequence[Letter] = ()
    unreached: str | None = None


def decide(case: Case, now: datetime, patience: timedelta) -> Decision:
    """What to do for ``case``; ``patience``: how long a channel may take before the next one."""
    if case.acknowledged or case.withdrawn or (case.is_delivered and not case.owed):
        return Decision()
    if letters := case.first_letters:
        return Decision(now + CHECK_EVERY, letters)
    until = _may_still_arrive(case, patience)
    if until is not None and until > now:
        return Decision(min(until, now + CHECK_EVERY))
    if letter := case.next_letter:
        return Decision(now + CHECK_EVERY, [letter])
    if case.is_delivered:
        # What is still under way brings it up again when it ends.
        return Decision(now + UNREACHED_EVERY)
    return Decision(_next_check(case, now), unreached=case.reason)


def _may_still_arrive(case: Case, patience: timedelta) -> datetime | None:
    """Until when what is under way is waited for; None when nothing is."""
    rows = (row for channel in case.channels for row in channel.rows)
    until = [row["made_at"] + patience for row in rows if row["state"] == sendings.PENDING]
    if deliveries.PENDING in case.endpoints:
        until.append(case.since + patience)
    return max(until, default=None)


def _next_check(case: Case, now: datetime) -> datetime | None:
    """Until the change has taken effect; after that, only what happens brings it up again."""
    last = date.fromisoformat(case.effective_on) if case.effective_on else None
    if last is not None and now.date() > last:
        return None
    return now + UNREACHED_EVERY


@dataclass(frozen=True)
class OtherMessage:
    """A message that is no notice, on one channel. ``before``: addresses that got the notice it
    follows, as far as they are addresses still; ``reached_before``: the customer has had some
    notice by this channel; ``is_queued``: some endpoint takes the message; ``is_open``: what it
    offers is not answered."""

    kind: str
    channel: ChannelState
    before: Sequence[Address]
    reached_before: bool
    is_queued: bool
    is_open: bool

    @property
    def is_sent(self) -> bool:
        """Whether it goes by this channel: the agreement names it, or the notice came that way."""
        if self.kind not in MAILED or not self.channel.is_on:
            return False
        if self.kind in OFFERS and not self.is_open:
            return False
        if self.kind in FOLLOW_UPS:
            return bool(self.before)
        return self.channel.is_named or bool(self.before) or self._is_fallback

    @property
    def _is_fallback(self) -> bool:
        is_needed = self.reached_before and not self.is_queued
        return self.channel.is_fallback and (is_needed or self.kind in INVITATIONS)


def letters_to(message: OtherMessage) -> Sequence[Letter]:
    """Whom to send it to now: those who know of the matter, else the first address; when none of
    the sendings arrived, the next one."""
    channel = message.channel
    if not message.is_sent or channel.is_delivered or channel.under_way:
        return ()
    if channel.rows:
        return _letters([channel.next_address], sendings.ESCALATION)
    if message.before:
        return _letters(message.before, sendings.FOLLOW_UP)
    why = sendings.CHANNEL if channel.is_named else sendings.FALLBACK
    return _letters([channel.next_address], why)


def _letters(to: Iterable[Address | None], why: str) -> Sequence[Letter]:
    return [Letter(address, why) for address in to if address]
