"""The facts that a batch of checks decides by, read once for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.notices.channels import BY_ADDRESS
from services.notices.model.channels import Address, AddressChannel, Customer, in_order
from services.notices.model.deliveries import QUEUED
from services.notices.model.escalation import Case, ChannelState, OtherMessage
from services.notices.model.sendings import DELIVERED
from services.notices.model.stored import (
    StoredMessage,
    StoredNotice,
    StoredSending,
    changes_of,
)
from services.notices.store import Deliveries, Messages, Stores
from services.notices.store.customers import customers_among

Message = StoredMessage | StoredNotice


@dataclass(frozen=True)
class OnChannel:
    """One channel. By message: ``sendings``. By agreement: ``addresses``, and ``reached``, those
    that have had some notice by it."""

    channel: AddressChannel
    is_on: bool
    sendings: Mapping[str, Sequence[StoredSending]]
    addresses: Mapping[str, Sequence[Address]]
    reached: frozenset[str]


@dataclass(frozen=True)
class Facts:
    """By message: ``endpoints``, the states of its deliveries, and ``noticed``, the id of the
    notice it follows. By agreement: ``customers``, and ``offered``, those of which an offer waits
    for its answer."""

    channels: Sequence[OnChannel]
    endpoints: Mapping[str, Sequence[str]]
    customers: Mapping[str, Customer]
    withdrawn: frozenset[str]
    noticed: Mapping[str, str]
    offered: frozenset[str]

    def customer(self, row: Message) -> Customer:
        return self.customers.get(row["agreement_id"] or "", Customer())

    def case(self, row: StoredNotice) -> Case:
        return Case(
            since=row["watched_since"],
            effective_on=row["notice"]["effective_on"],
            acknowledged=row["acknowledged_at"] is not None,
            withdrawn=self.withdrawn.issuperset(changes_of(row)),
            endpoints=self.endpoints.get(row["_id"], ()),
            channels=[self._state(row, channel) for channel in self.channels],
        )

    def others(self, row: Message) -> Sequence[OtherMessage]:
        """A message that is no notice, on each channel."""
        return [
            OtherMessage(
                kind=row["type"],
                channel=self._state(row, channel),
                before=self._before(row, channel),
                reached_before=row["agreement_id"] in channel.reached,
                is_queued=row["outcome"] == QUEUED,
                is_open=row["agreement_id"] in self.offered,
            )
            for channel in self.channels
        ]

    def is_sent(self, row: Message) -> bool:
        """Whether a channel of these has sent, or is to send, this message."""
        return any(channel.sendings.get(row["_id"]) for channel in self.channels)

    def _state(self, row: Message, on: OnChannel) -> ChannelState:
        return ChannelState(
            channel=on.channel.name,
            addresses=on.addresses.get(row["agreement_id"] or "", ()),
            rows=on.sendings.get(row["_id"], ()),
            is_named=on.channel.name in self.customer(row).channels,
            is_fallback=on.channel.is_fallback,
            is_on=on.is_on,
            no_address=on.channel.no_address,
        )

    def _before(self, row: Message, on: OnChannel) -> Sequence[Address]:
        """Who got the notice; where the customer has named others since, the first of those."""
        sendings = on.sendings.get(self.noticed.get(row["_id"], ""), ())
        reached = {sending["address"] for sending in sendings if sending["state"] == DELIVERED}
        addresses = on.addresses.get(row["agreement_id"] or "", ())
        same = [address for address in addresses if address.key in reached]
        return same or addresses[: bool(reached)]


def read_facts(
    stores: Stores, rows: Sequence[StoredMessage], is_on: Callable[[AddressChannel], bool]
) -> Facts:
    """Everything about these messages. ``is_on``: whether a channel can send at all."""
    notices = [row for row in rows if row["notice"] is not None]
    others = [row for row in rows if row["notice"] is None]
    noticed = _notices_before(stores.messages, others)
    vendors = {row["agreement_id"]: row["processor_id"] for row in rows if row["agreement_id"]}
    agreements = set(vendors)
    offers = stores.offers.many(agreements) if others else {}
    changes = {change_id for row in notices for change_id in changes_of(row)}
    recipients = stores.recipients.many(list(agreements))
    customers = customers_among(stores, recipients, offers)
    about = [*(row["_id"] for row in rows), *noticed.values()]
    return Facts(
        channels=[
            OnChannel(
                channel=channel,
                is_on=is_on(channel),
                sendings=_by_message(stores.sendings[channel.name].of_messages(about)),
                addresses=_addresses(stores, channel, customers, vendors),
                reached=stores.sendings[channel.name].reached(
                    row["agreement_id"] for row in others
                ),
            )
            for channel in BY_ADDRESS
        ],
        endpoints=_states(stores.deliveries, notices),
        customers=customers,
        withdrawn=stores.escalations.withdrawn(changes) if changes else frozenset(),
        noticed=noticed,
        offered=frozenset(offers),
    )


def _addresses(
    stores: Stores,
    channel: AddressChannel,
    customers: Mapping[str, Customer],
    vendors: Mapping[str, str | None],
) -> dict[str, Sequence[Address]]:
    """By agreement, in the order to be tried."""
    named = {name: channel.addresses(customer) for name, customer in customers.items()}
    refused = stores.refused.among(
        (vendors[name], address.key) for name, addresses in named.items() for address in addresses
    )
    return {
        name: in_order(addresses, refused.get(vendors[name], {}))
        for name, addresses in named.items()
    }


def _states(deliveries: Deliveries, notices: Sequence[StoredMessage]) -> dict[str, list[str]]:
    states: dict[str, list[str]] = defaultdict(list)
    for delivery in deliveries.of(notices) if notices else ():
        states[delivery["message_id"]].append(delivery["state"])
    return states


def _by_message(sendings: Iterable[StoredSending]) -> dict[str, list[StoredSending]]:
    by_message: dict[str, list[StoredSending]] = defaultdict(list)
    for sending in sendings:
        by_message[sending["message_id"] or ""].append(sending)
    return by_message


def _notices_before(messages: Messages, rows: Sequence[StoredMessage]) -> dict[str, str]:
    """By message about a change: the id of the notice of it that its customer was given."""
    agreements: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["change_id"] and row["agreement_id"]:
            agreements[row["change_id"]].append(row["agreement_id"])
    notices = {
        (change, notice["agreement_id"]): notice["_id"]
        for change, some in agreements.items()
        for notice in messages.notices_for(change, some)
    }
    about = {row["_id"]: (row["change_id"], row["agreement_id"]) for row in rows}
    return {row: notices[key] for row, key in about.items() if key in notices}
