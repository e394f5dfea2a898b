"""Evidence of a notice: per customer how, when and where it was sent, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.notices.channels import BY_ADDRESS, CHANNELS
from services.notices.channels.email import CHANNEL as EMAIL
from services.notices.channels.email import address_key, contacts_of
from services.notices.events import CHANGE_ANNOUNCED
from services.notices.model.channels import Address, Channel, Customer, Row
from services.notices.model.evidence import OK, Evidence, Reach, evidence_of, reach_of
from services.notices.model.messages import Event
from services.notices.model.recipients import Recipient
from services.notices.model.stored import StoredNotice
from services.notices.store.customers import customers_among
from services.notices.store.verified import Verified
from services.notices.wiring import Deps
from shared.auth import Caller
from shared.errors import Conflict, NotFound
from shared.pagination import Page, PageRequest, read_cursor, write_cursor

LARGEST_PDF = 2_000
ROWS_A_ROUND = 500
# How many customers one request looks at in search of those who cannot be reached.
LOOKED_AT = 2_000
# The names of the lists in their cursors.
EVIDENCE, RECIPIENTS = "evidence", "recipients._id"


class TooManyForPdf(Conflict):
    """The change was told to too many customers for one PDF; take the CSV, which has no limit."""

    code = "evidence-too-large-for-pdf"


def event_of(deps: Deps, caller: Caller, change_id: str) -> Event:
    """The announcement of a change of the caller's own, as far as it is about this one: of others
    in the same notice some customers may have been told that were not told of it. ``NotFound``."""
    event = deps.stores.events.notice_of(change_id)
    if event is None or not caller.sees(event.processor["id"]):
        raise NotFound("No such change of yours has been announced.")
    return replace(event, change_id=change_id)


def page(deps: Deps, event: Event, request: PageRequest) -> Page:
    after = read_cursor(EVIDENCE, request.cursor) if request.cursor else None
    rows = _some(deps, event, after, request.limit + 1)
    items = rows[: request.limit]
    more = len(rows) > request.limit
    return Page(list(items), write_cursor(EVIDENCE, items[-1].agreement_id) if more else None)


def everything(deps: Deps, event: Event) -> Iterator[Evidence]:
    """All rows, read as they are written out."""
    after: str | None = None
    while rows := _some(deps, event, after, ROWS_A_ROUND):
        yield from rows
        after = rows[-1].agreement_id


def for_pdf(deps: Deps, event: Event) -> list[Evidence]:
    rows: list[Evidence] = []
    for row in everything(deps, event):
        rows.append(row)
        if len(rows) > LARGEST_PDF:
            raise TooManyForPdf
    return rows


@dataclass(frozen=True)
class Reachability(Page):
    """``notice_address``: where the vendor itself reads answers, if a mail came back from there."""

    notice_address: Mapping[str, Any] | None = None
    unverified_contacts: int = 0


def unreached(
    deps: Deps, caller: Caller, processor: str | None, request: PageRequest
) -> Reachability:
    """Customers of the caller whom no channel reaches today, and why.

    ``processor``: its slug or id; the platform, which has no customers of its own, gives an id.
    """
    processor_id = caller.org_id
    if processor and (caller.is_platform or caller.is_service):
        processor_id = processor
    looked = deps.stores.recipients.active(processor_id, PageRequest(LOOKED_AT, request.cursor))
    if processor and processor != processor_id:
        looked = _only_slug(looked, processor)
    endpoints = deps.stores.endpoints.of_controllers(each.owner for each in looked.items)
    customers = customers_among(deps.stores, {each.agreement_id: each for each in looked.items}, {})
    channels = _by_channel(deps, looked.items, customers)
    verified = deps.stores.verified.of(each.owner for each in looked.items)
    agreements = [each.agreement_id for each in looked.items]
    owed = deps.stores.escalations.unreached(processor_id, agreements)
    found: list[Reach] = []
    unverified, cursor = 0, looked.next_cursor
    for recipient in looked.items:
        contacts = contacts_of(customers[recipient.agreement_id].contacts)
        unverified += sum(each.key not in verified.get(recipient.owner, {}) for each in contacts)
        theirs, agreement = endpoints.get(recipient.owner, []), recipient.agreement_id
        reach = reach_of(
            recipient, theirs, CHANGE_ANNOUNCED, channels[agreement], owed.get(agreement, ())
        )
        if reach is not None:
            found.append(reach)
        if len(found) == request.limit:
            cursor = write_cursor(RECIPIENTS, recipient.agreement_id)
            break
    back = deps.stores.address_alarms.of(processor_id)
    return Reachability(found, cursor, back, unverified)


def _by_channel(
    deps: Deps, recipients: Sequence[Recipient], customers: Mapping[str, Customer]
) -> dict[str, dict[str, str]]:
    """By agreement and channel: whether it would reach the customer; see ``Reach``."""
    states: dict[str, dict[str, str]] = {each.agreement_id: {} for each in recipients}
    for channel in BY_ADDRESS:
        addresses = {
            each.agreement_id: channel.addresses(customers[each.agreement_id])
            for each in recipients
            if channel.is_fallback or channel.name in each.channels
        }
        vendors = {each.agreement_id: each.processor["id"] for each in recipients}
        refused = deps.stores.refused.among(
            (vendors[name], one.key) for name, some in addresses.items() for one in some
        )
        is_on = channel.is_on(deps.settings.channels)
        for name, some in addresses.items():
            bad = refused.get(vendors[name], {})
            states[name][channel.name] = _state(is_on, some, bad)
    return states


def _state(is_on: bool, addresses: Sequence[Address], refused: Mapping[str, object]) -> str:
    if not is_on:
        return "off"
    if not addresses:
        return "no_contact"
    return OK if any(address.key not in refused for address in addresses) else "bounced"


def _only_slug(page: Page, slug: str) -> Page:
    if page.items and page.items[0].processor.get("slug") != slug:
        raise NotFound("There is no such processor, or it is another organisation.")
    return page


def _some(deps: Deps, event: Event, after: str | None, limit: int) -> Sequence[Evidence]:
    notices = deps.stores.messages.notices([event.change_id or ""], after, limit)
    recipients = deps.stores.recipients.many([row["agreement_id"] for row in notices])
    verified = deps.stores.verified.of(each.owner for each in recipients.values())
    by_channel = [(channel, _deliveries(deps, channel, notices)) for channel in CHANNELS]
    found = [
        evidence_of(
            event,
            row,
            [(channel, rows[row["_id"]]) for channel, rows in by_channel],
            recipients[row["agreement_id"]],
        )
        for row in notices
    ]
    return [
        replace(each, verified_at=_seen_at(each, recipients[each.agreement_id], verified))
        for each in found
    ]


def _seen_at(each: Evidence, recipient: Recipient, verified: Verified) -> datetime | None:
    """When the contact who got the notice by mail last used a link."""
    if each.channel != EMAIL.name or not each.recipient:
        return None
    row = verified.get(recipient.owner, {}).get(address_key(each.recipient))
    return row["at"] if row else None


def _deliveries(
    deps: Deps, channel: Channel, notices: Sequence[StoredNotice]
) -> Mapping[str, Sequence[Row]]:
    """By message: its deliveries by this channel."""
    sendings = deps.stores.sendings.get(channel.name)
    rows = sendings.of_messages(row["_id"] for row in notices) if sendings else None
    by_message: dict[str, list[Row]] = defaultdict(list)
    delivered: Sequence[Row] = _to_endpoints(deps, notices) if rows is None else rows
    for row in delivered:
        by_message[row["message_id"]].append(row)
    return by_message


def _to_endpoints(deps: Deps, notices: Sequence[StoredNotice]) -> Sequence[Row]:
    """Deliveries with the URLs of their endpoints, as they may be shown."""
    rows = deps.stores.deliveries.of(notices)
    endpoints = deps.stores.endpoints.many({row["endpoint_id"] for row in rows})
    urls = {endpoint.id: endpoint.display_url for endpoint in endpoints.values()}
    return [{**row, "url": urls.get(row["endpoint_id"])} for row in rows]
