"""Roll-outs as their processor asks for them: choose and examine, start, follow, stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.agreements.contract.contents import Party
from services.agreements.contract.wording import Template
from services.agreements.model.roll_outs import (
    KEEP,
    MOST_UNDER_WAY,
    OFFERING,
    READY,
    STOPPING,
    TEMPLATE,
    Choice,
    Item,
    RollOut,
    RollOutNotReady,
    RollOutOver,
    Signatory,
    TooManyRollOuts,
)
from services.agreements.use_cases.permissions import Origin, check_processor
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.documents import from_wire, to_document
from shared.errors import NotFound, problem_at
from shared.failures import FailedJob
from shared.mongo import Session
from shared.pagination import Page, PageRequest


@dataclass(frozen=True)
class Progress:
    """A roll-out with numbers of agreements: by state, by changed member, by reason why they cannot
    get it, by missing party. ``set_aside``: the loop failed too often."""

    roll_out: RollOut
    counts: Mapping[str, int]
    changed: Mapping[str, int]
    reasons: Mapping[str, int]
    missing: Mapping[str, int]
    set_aside: FailedJob | None = None


@dataclass(frozen=True)
class Line:
    """One agreement of a roll-out, with its customer by name."""

    item: Item
    customer: Party | None


def begin(deps: Deps, caller: Caller, body: Mapping[str, Any]) -> RollOut:
    """Choose agreements for a template; a loop examines them, and nothing is offered before it is
    started. Raises ``TooManyRollOuts``."""
    check_processor(caller)
    template = _template(deps, caller, body["template_id"])
    roll_out = RollOut(
        id=deps.new_id("rol"), processor_id=caller.org_id, client_id=caller.client_id,
        template_id=template.id, choice=from_wire(Choice, body["choice"]), made_at=deps.now(),
        contents=_contents(template, body["contents"]), changes=to_document(body["changes"]),
        remind_after_days=tuple(body["remind_after_days"]),
    )  # fmt: skip

    def work(session: Session) -> RollOut:
        if deps.roll_outs.open_of(caller.org_id, session) >= MOST_UNDER_WAY:
            raise TooManyRollOuts
        deps.roll_outs.add(session, roll_out)
        return roll_out

    return deps.mongo.transact(work)


def start(
    deps: Deps, caller: Caller, origin: Origin, roll_out_id: str, body: Mapping[str, Any]
) -> RollOut:
    """Offer the new version to the agreements that can get it, and accept it for the processor if
    ``acceptance`` says who does. Raises ``RollOutNotReady``."""
    who = body["acceptance"]
    signed = (
        Signatory(**who, client_id=origin.client_id, address=origin.address, at=deps.now())
        if who
        else None
    )

    def work(session: Session) -> RollOut:
        before = _own(deps, caller, roll_out_id, session)
        if before.status != READY:
            raise RollOutNotReady(f"This roll-out is {before.status}.")
        after = replace(before, status=OFFERING, signatory=signed, started_at=deps.now())
        deps.roll_outs.put(session, after)
        return after

    return deps.mongo.transact(work)


def stop(deps: Deps, caller: Caller, roll_out_id: str, reason: str) -> RollOut:
    """Offer no more, and take back what nobody has accepted; what is accepted stays.

    Raises ``RollOutOver``.
    """

    def work(session: Session) -> RollOut:
        before = _own(deps, caller, roll_out_id, session)
        if before.over_at or before.status == STOPPING:
            raise RollOutOver(f"This roll-out is {before.status}.")
        after = replace(before, status=STOPPING, cursor=None, stop_reason=reason)
        deps.roll_outs.put(session, after)
        return after

    return deps.mongo.transact(work)


def page(deps: Deps, caller: Caller, request: PageRequest) -> Page:
    """The roll-outs of the caller, the newest first."""
    check_processor(caller)
    return deps.roll_outs.page(caller.org_id, request)


def progress(deps: Deps, caller: Caller, roll_out_id: str) -> Progress:
    """A roll-out of the caller, with where it stands. Raises ``NotFound``."""
    found = _own(deps, caller, roll_out_id)
    return progress_of(deps, found)


def progress_of(deps: Deps, roll_out: RollOut) -> Progress:
    kept, named = deps.roll_outs, roll_out.id
    return Progress(
        roll_out, kept.counts(named), kept.changed(named), kept.reasons(named),
        kept.missing(named), deps.roll_out_failures.set_aside(named),
    )  # fmt: skip


def lines(
    deps: Deps, caller: Caller, roll_out_id: str, state: str | None, request: PageRequest
) -> Page:
    """The agreements of a roll-out, all or those in one state, each with its customer."""
    found = deps.roll_outs.item_page(_own(deps, caller, roll_out_id).id, state, request)
    customers = deps.agreements.customers([item.agreement_id for item in found.items])
    items = [Line(item, customers.get(item.agreement_id)) for item in found.items]
    return Page(items, found.next_cursor)


def _own(deps: Deps, caller: Caller, roll_out_id: str, session: Session | None = None) -> RollOut:
    check_processor(caller)
    found = deps.roll_outs.get(session, roll_out_id)
    if found.processor_id != caller.org_id:
        raise NotFound("There is no such roll-out.")
    return found


def _template(deps: Deps, caller: Caller, template_id: str) -> Template:
    template = deps.templates.find(template_id)
    if template is None or not template.visible_to(caller.org_id):
        raise problem_at("/template_id", "unknown-template", "There is no such template.")
    return template


def _contents(template: Template, asked: str | None) -> str:
    """Whether texts come from the template: if it has any, and nobody said otherwise."""
    if asked == TEMPLATE and template.published is None:
        raise problem_at("/contents", "template-without-terms", "This template has no contents.")
    return asked or (TEMPLATE if template.published else KEEP)
