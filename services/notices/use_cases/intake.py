"""Ledger entries come in: each takes effect once, in one transaction with its acceptance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from services.notices import events
from services.notices.model.answers import fate_of, noted
from services.notices.model.entries import event_from, event_id, within_the_list, without_persons
from services.notices.model.jobs import FAN_OUT, SUBSCRIBERS, Job, job_id
from services.notices.model.messages import Event
from services.notices.model.recipients import owner_of, recipient_from
from services.notices.model.subscriber_news import is_for_subscribers
from services.notices.model.vendor_events import concerns_vendor, vendor_event
from services.notices.store.known import known_beside
from services.notices.use_cases import copies
from services.notices.wiring import Deps
from shared.errors import Invalid
from shared.mongo import Session
from shared.times import parse_instant

log = structlog.get_logger()

Entry = Mapping[str, Any]

_STARTS = (
    events.AGREEMENT_TO_BE_CONFIRMED,
    events.AGREEMENT_ACTIVATED,
    events.AGREEMENT_AMENDED,
)
_ENDS = (events.AGREEMENT_TERMINATED, events.AGREEMENT_EXPIRED, events.AGREEMENT_DECLINED)
# The agreement goes on, for other products or up to a day.
_COVERS = (events.AMENDMENT_SCHEDULED, events.AGREEMENT_TERMINATION_SCHEDULED)
# Nobody has to answer the offer any more.
_ANSWERED = (
    *_STARTS,
    *_ENDS,
    events.AGREEMENT_REJECTED,
    events.AMENDMENT_SCHEDULED,
    events.AMENDMENT_LAPSED,
)


class EntryUnreadable(Invalid):
    """The ledger entry lacks a member its type requires."""

    code = "entry-unreadable"


def receive(deps: Deps, entries: Sequence[Entry]) -> int:
    """Take in what is new; how many entries were. Raises ``EntriesOutOfOrder`` at a gap.

    A type we know nothing of is accepted and has no effect: the teller may be newer than we are.
    """
    return deps.inbox.receive(entries, lambda session, entry: _take(deps, session, entry))


def _take(deps: Deps, session: Session, entry: Entry) -> None:
    try:
        # Before the offer goes that may be all that names its readers.
        copies.of_entry(deps, session, entry)
        known = _follow_agreement(deps, session, entry)
        _follow_offer(deps, session, entry)
        known = _forget(deps, session, entry) or known
        known = _follow_page(deps, session, entry) or known
        _note_letter(deps, session, entry)
        _note_answer(deps, session, entry)
        made = _events_of(deps, session, entry)
    except (KeyError, TypeError, AttributeError) as error:
        place = f"{entry['stream']} {entry['sequence']}"
        raise EntryUnreadable(f"{place} ({entry['type']}) lacks {error}.") from error
    for event in made:
        deps.stores.events.add(event, session)
        for kind in _kinds_of_work(deps, event, session):
            job = Job(job_id(event.id, kind), kind, deps.now(), event_id=event.id)
            deps.stores.jobs.add(job, session)
    if not made and not known:
        log.info("entry.ignored", stream=entry["stream"], type=entry["type"])


def _kinds_of_work(deps: Deps, event: Event, session: Session) -> Sequence[str]:
    """Customers are told, or the vendor; of what is public, subscribers of the register, too."""
    has_any = deps.stores.subscribers.has_any
    if is_for_subscribers(event) and has_any(event.processor["id"], session):
        return (FAN_OUT, SUBSCRIBERS)
    return (FAN_OUT,)


def _follow_page(deps: Deps, session: Session, entry: Entry) -> bool:
    """Note when a register leaves the public, and when it comes back."""
    if entry["type"] not in (events.REGISTER_PUBLISHED, events.REGISTER_UNPUBLISHED):
        return False
    processor_id = entry["data"]["processor"]["id"]
    since = deps.now() if entry["type"] == events.REGISTER_UNPUBLISHED else None
    deps.stores.subscribers.silence(processor_id, since, session)
    return True


def _events_of(deps: Deps, session: Session, entry: Entry) -> Sequence[Event]:
    """What it means for customers, and what for the vendor."""
    origin = deps.settings.common.origin
    told = event_from(entry, origin)
    made = [_as_its_notice(deps, session, told)] if told is not None else []
    if concerns_vendor(entry):
        known = known_beside(deps.stores, session, entry)
        made.append(vendor_event(entry, origin, known))
    return made


def _as_its_notice(deps: Deps, session: Session, event: Event) -> Event:
    """What becomes of a change passes the filters that its notice passed."""
    if not event.is_follow_up:
        return event
    notice = deps.stores.events.notice_of(event.change_id or "", session)
    if notice is None:
        return event
    return replace(event, materiality=notice.materiality, products=notice.products)


def _follow_agreement(deps: Deps, session: Session, entry: Entry) -> bool:
    """Keep the recipients as the agreements are; whether the entry was about that."""
    kind, data = entry["type"], entry["data"]
    if kind not in (*_STARTS, *_ENDS, *_COVERS):
        return False
    before = deps.stores.recipients.find(data["agreement_id"], session)
    version = data.get("recipients_version") if kind in _COVERS else data["recipients_version"]
    if version is None:
        return True  # Written by an earlier version of agreements, which did not count these.
    if kind in _STARTS:
        recipient = recipient_from(entry, before)
        deps.stores.recipients.put(recipient, session)
        if before and before.owner != recipient.owner:
            for store in (deps.stores.messages, deps.stores.verified):
                store.hand_over(recipient.agreement_id, recipient.owner, session)
    elif before is not None and kind in _COVERS:
        deps.stores.recipients.put(before.covering(version, data["cover"]), session)
    elif before is not None:
        deps.stores.recipients.put(before.ended(version, entry["at"]), session)
    mark = deps.stores.recipients.watermark(data["processor"]["id"], session)
    deps.stores.recipients.save_watermark(mark.with_seen(version), session)
    return True


_FORGOTTEN = {events.PERSON_ERASED: without_persons, events.ENTRIES_WITHHELD: within_the_list}


def _forget(deps: Deps, session: Session, entry: Entry) -> bool:
    """Entries lost what they named: what is still to be sent, or to be read, loses it too."""
    write = _FORGOTTEN.get(entry["type"])
    if write is None:
        return False
    told_of = [event_id(entry["stream"], each) for each in entry["data"]["entries"]]
    deps.stores.events.rewrite(told_of, write, session)
    return True


def _note_letter(deps: Deps, session: Session, entry: Entry) -> None:
    """What a customer said by letter stands in the evidence of its notices; an acknowledgement
    counts from the day on which it came."""
    private = entry.get("private") or {}
    if entry["type"] != events.LETTER_RECORDED or "controller_id" not in private:
        return
    letter_id, on = entry["data"]["letter_id"], private["received_on"]
    kept = {name: private.get(name) for name in ("kind", "received_on", "file")}
    letter = {"id": letter_id, "recorded_at": entry["at"], **kept}
    agreements = private["agreement_ids"]
    notices = deps.stores.messages.notices_for(private["change_id"], agreements)
    ids = [notice["_id"] for notice in notices]
    deps.stores.messages.note_letter(ids, letter, session)
    if private["kind"] == "acknowledgement":
        by = {"channel": "letter", "letter_id": letter_id, "received_on": on}
        at = parse_instant(private["received_at"])
        for message_id in ids:
            deps.stores.escalations.acknowledge(message_id, at, by, session)
            deps.stores.escalations.check_again(message_id, deps.now(), session)


def _note_answer(deps: Deps, session: Session, entry: Entry) -> None:
    """Objections, approvals and what became of a change stand in the evidence of its notices."""
    if answered := noted(entry):
        deps.stores.messages.note_answer(answered, session)
    if became := fate_of(entry):
        change_ids, fate = became
        for change_id in change_ids:
            deps.stores.events.note_fate(change_id, fate, session)


def _follow_offer(deps: Deps, session: Session, entry: Entry) -> None:
    """Keep whom to write to about an agreement that waits for its customer's answer."""
    kind, data = entry["type"], entry["data"]
    if kind == events.AGREEMENT_OFFERED:
        told, agreement_id = entry.get("private") or {}, data["agreement_id"]
        owner = owner_of(agreement_id, data["controller"], data.get("confirmed", True))
        vendor_id = data["processor"]["id"]
        deps.stores.offers.put(agreement_id, owner, vendor_id, told, deps.now(), session)
    elif kind in _ANSWERED:
        deps.stores.offers.remove(data["agreement_id"], session)
