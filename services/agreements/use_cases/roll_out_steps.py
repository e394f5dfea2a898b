"""The loop of roll-outs: it examines, offers, reminds and takes back, a few agreements at a time.

Each agreement has a transaction of its own, and its state in the roll-out is part of it: a process
that is killed is followed by one that finds what is left, and nothing is offered twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.agreements import events
from services.agreements.events import Event
from services.agreements.ledger_entries import event, roll_out_over
from services.agreements.model import life
from services.agreements.model.agreement import Refusal, Version
from services.agreements.model.document import read
from services.agreements.model.roll_outs import (
    ABLE,
    CHOSEN,
    DONE,
    EXAMINING,
    OFFERED,
    OFFERING,
    READY,
    STOPPED,
    STOPPING,
    TAKEN_BACK,
    UNABLE,
    UNDER_WAY,
    WAITING,
    Item,
    Reason,
    RollOut,
    check_can_get,
    offered,
    remind_on,
    settled,
)
from services.agreements.store.agreements import ALL_PRODUCTS
from services.agreements.store.roll_outs import chosen
from services.agreements.use_cases.offering import offering
from services.agreements.use_cases.parties import party
from services.agreements.use_cases.roll_out_drafts import STANDS_AGAINST, Drafts, reason_of
from services.agreements.use_cases.saving import append_events, save
from services.agreements.wiring import Deps
from shared.mongo import Session

ACTOR = "agreements.rollouts"
CHOSEN_A_STEP, A_STEP = 200, 20
ROLL_OUTS_A_ROUND, REMINDERS_A_ROUND = 10, 50
Work = Callable[[Item], None]


@dataclass
class RollingOut:
    """The loop. Use it from one thread."""

    deps: Deps
    _after: str = ""

    def run_once(self) -> bool:
        """One step of some roll-outs, and reminders that are due; True when there may be more."""
        barred = self.deps.roll_out_failures.barred()
        _give_up(self.deps)
        more = [self._remind(barred)]
        found = self.deps.roll_outs.under_way(self._after, barred, ROLL_OUTS_A_ROUND)
        self._after = found[-1].id if len(found) == ROLL_OUTS_A_ROUND else ""
        by_id = {roll_out.id: roll_out for roll_out in found}

        def work(roll_out_id: str) -> None:
            roll_out = by_id[roll_out_id]
            more.append(_STEPS[roll_out.status](self.deps, roll_out, barred))

        self.deps.roll_out_failures.run(list(by_id), work)
        return any(more) or bool(self._after)

    def _remind(self, barred: list[str]) -> bool:
        today = self.deps.now().date()
        found = self.deps.roll_outs.to_remind(today, barred, REMINDERS_A_ROUND)
        due = {item.id: item for item in found}
        self.deps.roll_out_failures.run(list(due), lambda item_id: _remind(self.deps, due[item_id]))
        return len(due) == REMINDERS_A_ROUND


def _examine(deps: Deps, roll_out: RollOut, barred: list[str]) -> bool:
    """Choose some more agreements, or examine some of those that were chosen."""
    if roll_out.cursor is not None:
        return _choose(deps, roll_out, roll_out.cursor)
    drafts = Drafts(deps, roll_out)

    def work(item: Item) -> None:
        seen = deps.agreements.get(None, item.agreement_id)
        changes = read(drafts.of(seen))["amends"]["changes"]
        changed = tuple(each["pointer"] for each in changes)
        _put(deps, replace(item, state=ABLE, changed=changed), CHOSEN)

    return _each(deps, roll_out, barred, {CHOSEN: work}, READY)


def _choose(deps: Deps, roll_out: RollOut, after: str) -> bool:
    ids = deps.agreements.standing(_where(roll_out), after, CHOSEN_A_STEP)

    def work(session: Session) -> bool:
        now = deps.roll_outs.get(session, roll_out.id)
        if now.status == EXAMINING and now.cursor == after:
            deps.roll_outs.choose(session, [chosen(roll_out, agreement_id) for agreement_id in ids])
            cursor = ids[-1] if len(ids) == CHOSEN_A_STEP else None
            deps.roll_outs.put(session, replace(now, cursor=cursor))
        return True

    return deps.mongo.transact(work)


def _where(roll_out: RollOut) -> dict[str, Any]:
    choice = roll_out.choice
    where: dict[str, Any] = {"processor.id": roll_out.processor_id}
    if choice.template_id:
        where["content.template_id"] = choice.template_id
    if choice.product:
        where["listed_products"] = {"$in": [choice.product, ALL_PRODUCTS]}
    if choice.agreement_ids:
        where["$and"] = [{"_id": {"$in": list(choice.agreement_ids)}}]
    return where


def _offer(deps: Deps, roll_out: RollOut, barred: list[str]) -> bool:
    drafts = Drafts(deps, roll_out)

    def work(item: Item) -> None:
        version = drafts.of(deps.agreements.get(None, item.agreement_id))
        deps.mongo.transact(lambda session: _offer_one(deps, session, roll_out, item, version))

    return _each(deps, roll_out, barred, {ABLE: work}, WAITING)


def _offer_one(
    deps: Deps, session: Session, roll_out: RollOut, item: Item, version: Version
) -> None:
    if not _still(deps, session, item, ABLE):
        return
    before = deps.agreements.get(session, item.agreement_id)
    check_can_get(before)
    after, told = offering(deps, version, roll_out.id)(session, before)
    save(deps, session, before, after, told, roll_out.processor_id)
    today = deps.now().date()
    remind = remind_on(today, roll_out.remind_after_days, 0)
    item = replace(offered(item, after), offered_on=today, remind_on=remind)
    deps.roll_outs.put_item(session, item)


def _wait(deps: Deps, roll_out: RollOut, _barred: list[str]) -> bool:
    return not deps.roll_outs.has_open(roll_out.id) and _moved(deps, roll_out, DONE)


def _take_back(deps: Deps, roll_out: RollOut, barred: list[str]) -> bool:
    """End what is open: what was not offered is not, and offers are withdrawn."""

    def leave(item: Item) -> None:
        _put(deps, settled(item, TAKEN_BACK, deps.now()), item.state)

    def withdraw(item: Item) -> None:
        deps.mongo.transact(lambda session: _withdraw(deps, session, roll_out, item))

    work: Mapping[str, Work] = {CHOSEN: leave, ABLE: leave, OFFERED: withdraw}
    return _each(deps, roll_out, barred, work, STOPPED)


def _withdraw(deps: Deps, session: Session, roll_out: RollOut, item: Item) -> None:
    before = deps.agreements.find(session, item.agreement_id)
    if before is None or before.offer is None or before.offer.roll_out != roll_out.id:
        return
    number, reason = before.offer.version, roll_out.stop_reason or ""
    after = life.rejected(before, Refusal("processor", number, reason, deps.now()))
    version = deps.versions.get(session, before.id, number)
    told = [event(events.REJECTED, after, version, reason=reason)]
    save(deps, session, before, after, told, roll_out.processor_id)


def _remind(deps: Deps, item: Item) -> None:
    """Remind the customer of the offer, if it is its acceptance that is missing."""

    def work(session: Session) -> None:
        now = deps.roll_outs.item(session, item.roll_out_id, item.agreement_id)
        seen = deps.agreements.find(session, item.agreement_id)
        if now is None or now != item or seen is None or item.offered_on is None:
            return
        roll_out = deps.roll_outs.get(session, item.roll_out_id)
        reminded = item.reminded + 1
        day = remind_on(item.offered_on, roll_out.remind_after_days, reminded)
        deps.roll_outs.put_item(session, replace(item, reminded=reminded, remind_on=day))
        if seen.offer and "controller" in item.missing:
            version = deps.versions.get(session, seen.id, seen.offer.version)
            told = event(events.REMINDED, seen, version, related=seen.binding)
            append_events(deps, session, seen, [told], ACTOR)

    deps.mongo.transact(work)


def _each(
    deps: Deps, roll_out: RollOut, barred: list[str], work: Mapping[str, Work], then: str
) -> bool:
    """Work on some items of these states; when none is left, the roll-out becomes ``then``.

    True when there may be more to do at once: items that have failed rest for a while.
    """
    read = deps.roll_outs.items
    items = [item for state in work for item in read(roll_out.id, state, A_STEP, barred)]
    for item in items:
        _attempt(deps, item, work[item.state])
    if items or any(read(roll_out.id, state, 1) for state in work):
        return bool(items)
    return _moved(deps, roll_out, then)


def _attempt(deps: Deps, item: Item, work: Work) -> None:
    deps.roll_out_failures.attempt(item.id, lambda _: _or_unable(deps, item, work))


def _or_unable(deps: Deps, item: Item, work: Work) -> None:
    try:
        work(item)
    except STANDS_AGAINST as error:
        _put(deps, settled(item, UNABLE, deps.now(), (reason_of(error),)), item.state)


def _give_up(deps: Deps) -> None:
    """What failed too often cannot get the new version; the rest goes on without it."""
    for job in deps.roll_out_failures.all_set_aside():
        roll_out_id, _, agreement_id = job.partition(":")
        item = deps.roll_outs.item(None, roll_out_id, agreement_id) if agreement_id else None
        if item and item.state in (CHOSEN, ABLE):
            reason = Reason("failed", "It failed too often; the operator sees the error.")
            _put(deps, settled(item, UNABLE, deps.now(), (reason,)), item.state)


def _put(deps: Deps, item: Item, was: str) -> None:
    def work(session: Session) -> None:
        if _still(deps, session, item, was):
            deps.roll_outs.put_item(session, item)

    deps.mongo.transact(work)


def _still(deps: Deps, session: Session, item: Item, state: str) -> bool:
    now = deps.roll_outs.item(session, item.roll_out_id, item.agreement_id)
    return now is not None and now.state == state


def _moved(deps: Deps, roll_out: RollOut, status: str) -> bool:
    """The next status of a roll-out, with the news of its end; whether there may be more to do."""
    over_at = deps.now() if status in (DONE, STOPPED) else None
    after = replace(roll_out, status=status, over_at=over_at)
    news = _news(deps, after) if over_at and roll_out.started_at else None

    def work(session: Session) -> None:
        if deps.roll_outs.get(session, roll_out.id) != roll_out:
            return
        deps.roll_outs.put(session, after)
        if news:
            stream, at = events.roll_out_stream(roll_out.id), deps.now()
            deps.ledger.append(
                session, stream, news.type, news.data, at=at, actor=ACTOR, private=news.private
            )

    deps.mongo.transact(work)
    return status in UNDER_WAY


def _news(deps: Deps, roll_out: RollOut) -> Event:
    processor = party(deps, roll_out.processor_id)
    template = deps.templates.find(roll_out.template_id)
    return roll_out_over(roll_out, processor, template, deps.roll_outs.counts(roll_out.id))


_STEPS: Mapping[str, Callable[[Deps, RollOut, list[str]], bool]] = {
    EXAMINING: _examine,
    OFFERING: _offer,
    WAITING: _wait,
    STOPPING: _take_back,
}
