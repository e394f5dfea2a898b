"""Proof that a change was told: per customer how, when, to whom, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.notices.events import CHANGE_ANNOUNCED
from services.notices.model.evidence import Evidence, Reach, evidence_of, reach_of
from services.notices.model.mails import address_key
from services.notices.model.messages import Event
from services.notices.model.recipients import Recipient
from services.notices.wiring import Deps
from shared.auth import Caller
from shared.documents import Document
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
    """The announcement of a change of the caller's own. Raises ``NotFound``."""
    event = deps.stores.events.notice_of(change_id)
    if event is None or not caller.sees(event.processor["id"]):
        raise NotFound("No such change of yours has been announced.")
    return event


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


def unreached(deps: Deps, caller: Caller, processor: str | None, request: PageRequest) -> Page:
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
    email = _by_email(deps, looked.items)
    agreements = [each.agreement_id for each in looked.items]
    owed = deps.stores.watches.unreached(processor_id, agreements)
    found: list[Reach] = []
    for recipient in looked.items:
        theirs, agreement = endpoints.get(recipient.owner, []), recipient.agreement_id
        reach = reach_of(
            recipient, theirs, CHANGE_ANNOUNCED, email[agreement], owed.get(agreement, ())
        )
        if reach is not None:
            found.append(reach)
        if len(found) == request.limit:
            return Page(found, write_cursor(RECIPIENTS, recipient.agreement_id))
    return Page(found, looked.next_cursor)


def _by_email(deps: Deps, recipients: Sequence[Recipient]) -> dict[str, str]:
    """By agreement: whether e-mail would reach the customer; see ``Reach``."""
    if not deps.settings.mail.is_on:
        return {each.agreement_id: "off" for each in recipients}
    owners = [each.owner for each in recipients]
    named = deps.stores.contacts.many(owners)
    contacts = {each.agreement_id: named.get(each.owner, each.contacts) for each in recipients}
    vendors = {each.agreement_id: each.processor["id"] for each in recipients}
    bounced = deps.stores.mails.bounced(
        (vendors[name], one["email"]) for name, many in contacts.items() for one in many
    )
    return {name: _email(many, bounced.get(vendors[name], {})) for name, many in contacts.items()}


def _email(contacts: Sequence[dict[str, Any]], bounced: Mapping[str, object]) -> str:
    if not contacts:
        return "no_contact"
    good = any(address_key(each["email"]) not in bounced for each in contacts)
    return "ok" if good else "bounced"


def _only_slug(page: Page, slug: str) -> Page:
    if page.items and page.items[0].processor.get("slug") != slug:
        raise NotFound("There is no such processor, or it is another organisation.")
    return page


def _some(deps: Deps, event: Event, after: str | None, limit: int) -> Sequence[Evidence]:
    notices = deps.stores.messages.notices(event.change_id or "", after, limit)
    by_message: dict[str, list[Document]] = defaultdict(list)
    for delivery in deps.stores.deliveries.of(notices):
        by_message[delivery["message_id"]].append(delivery)
    mails: dict[str, list[Document]] = defaultdict(list)
    for mail in deps.stores.mails.of_messages(each["_id"] for each in notices):
        mails[mail["message_id"]].append(mail)
    endpoint_ids = {each["endpoint_id"] for rows in by_message.values() for each in rows}
    endpoints = deps.stores.endpoints.many(endpoint_ids)
    recipients = deps.stores.recipients.many([each["agreement_id"] for each in notices])
    urls: dict[str, Any] = {each.id: each.display_url for each in endpoints.values()}
    return [
        evidence_of(
            event,
            row,
            by_message[row["_id"]],
            recipients[row["agreement_id"]],
            urls,
            mails[row["_id"]],
        )
        for row in notices
    ]
