"""What can be asked of agreements: draft, offer, accept, amend, end, and read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.agreements import events, model
from services.agreements.document import make_version
from services.agreements.events import Event
from services.agreements.model import Acceptance, Agreement, Version
from services.agreements.parties import content_of, controller, party, template_of
from services.agreements.steps import (
    Deps,
    acting_party,
    change,
    check_acts_as_processor,
    check_no_other_in_force,
    check_processor,
    tell,
    visible,
)
from services.agreements.telling import event
from services.agreements.wording import BUILT_IN, Template
from shared.auth import Caller
from shared.documents import from_wire, to_document
from shared.errors import NotFound, problem_at
from shared.mongo import Session
from shared.pagination import Page, PageRequest

Outcome = tuple[Agreement, Sequence[Event]]


def draft(deps: Deps, caller: Caller, told: Mapping[str, Any]) -> Agreement:
    """A draft between the caller, as processor, and a controller that identity knows."""
    check_processor(caller)
    members = dict(told)
    parties = (party(deps, caller.org_id), controller(deps, caller, members.pop("controller_id")))
    content = content_of(members)
    template = template_of(deps, caller.org_id, content)
    version = make_version(
        deps.new_id("agr"), 1, parties, content, template, at=deps.now(), by=caller.client_id
    )
    agreement = model.drafted(version)

    def work(session: Session) -> Agreement:
        deps.versions.add(session, version)
        deps.agreements.add(session, agreement)
        tell(deps, session, agreement, [event(events.DRAFTED, agreement, version)], caller.org_id)
        return agreement

    return deps.mongo.transact(work)


def offer(deps: Deps, caller: Caller, agreement_id: str) -> Agreement:
    """Put the draft to both parties; offering it is not yet accepting it."""

    def step(session: Session, found: Agreement) -> Outcome:
        check_acts_as_processor(caller, found)
        after = model.offered(found, deps.now(), deps.lapses_on())
        version = deps.versions.get(session, found.id, found.version)
        return after, [event(events.OFFERED, after, version)]

    return change(deps, caller, agreement_id, step)


def accept(deps: Deps, caller: Caller, agreement_id: str, told: Mapping[str, Any]) -> Agreement:
    """Accept what is on offer for the caller's party; in force once both have accepted."""
    now = deps.now()

    def step(session: Session, found: Agreement) -> Outcome:
        acting = acting_party(caller, found)
        on_offer = model.offer_to_accept(found, acting, told["document_sha256"])
        version = deps.versions.get(session, found.id, on_offer.version)
        check_no_other_in_force(deps, session, found, version)
        acceptance = Acceptance(
            party=acting, name=told["name"], title=told["title"], email=told["email"], at=now,
            version=version.version, document_sha256=version.document_sha256,
            client_id=caller.client_id,
        )  # fmt: skip
        after = model.accepted(found, version, acceptance)
        happened = [event(events.ACCEPTED, after, version)]
        if after.offer is None:
            kind = events.AMENDED if found.in_force else events.ACTIVATED
            happened.append(event(kind, after, version))
        return after, happened

    return change(deps, caller, agreement_id, step)


def reject(deps: Deps, caller: Caller, agreement_id: str, reason: str) -> Agreement:
    """Turn down, or take back, what is on offer. What is in force stays in force."""

    def step(session: Session, found: Agreement) -> Outcome:
        acting_party(caller, found)
        after = model.rejected(found)
        version = deps.versions.get(session, found.id, found.latest_version)
        return after, [event(events.REJECTED, after, version, reason=reason)]

    return change(deps, caller, agreement_id, step)


def amend(deps: Deps, caller: Caller, agreement_id: str, told: Mapping[str, Any]) -> Agreement:
    """Offer the next version: the newest one with the members told in place of its own."""
    seen = visible(deps, caller, agreement_id)
    check_acts_as_processor(caller, seen)
    model.check_amendable(seen)
    before = deps.versions.get(None, seen.id, seen.latest_version).content
    content = content_of({**to_document(before), **told})
    if content == before:
        raise problem_at("", "nothing-changed", "The amendment changes nothing.")
    template = template_of(deps, seen.processor.id, content)
    parties = (party(deps, seen.processor.id), party(deps, seen.controller.id))
    version = make_version(
        seen.id, seen.latest_version + 1, parties, content, template,
        at=deps.now(), by=caller.client_id,
    )  # fmt: skip

    def step(session: Session, found: Agreement) -> Outcome:
        after = model.amended(found, version, deps.now(), deps.lapses_on())
        deps.versions.add(session, version)
        return after, [event(events.OFFERED, after, version)]

    return change(deps, caller, agreement_id, step)


def terminate(
    deps: Deps, caller: Caller, agreement_id: str, effective_on: date, reason: str
) -> Agreement:
    """End the agreement today, or set the day to come on which it ends."""

    def step(session: Session, found: Agreement) -> Outcome:
        acting_party(caller, found)
        after = model.terminated(found, effective_on, deps.now().date())
        version = deps.versions.get(session, found.id, found.version)
        kind = events.TERMINATION_SCHEDULED if after.in_force else events.TERMINATED
        return after, [event(kind, after, version, reason=reason)]

    return change(deps, caller, agreement_id, step)


def agreement(deps: Deps, caller: Caller, agreement_id: str) -> Agreement:
    return visible(deps, caller, agreement_id)


def agreements(deps: Deps, caller: Caller, where: Mapping[str, str], page: PageRequest) -> Page:
    """The caller's. ``where`` may name ``status``, ``processor.id`` and ``controller.id``."""
    if caller.is_service or caller.is_platform:
        return deps.agreements.page(where, page)
    if "processor" in caller.kinds:
        return deps.agreements.page({"$and": [{"processor.id": caller.org_id}, where]}, page)
    # A draft is the processor's own until it is offered.
    mine = {"controller.id": caller.org_id, "status": {"$ne": "draft"}}
    return deps.agreements.page({"$and": [mine, where]}, page)


def versions(deps: Deps, caller: Caller, agreement_id: str, page: PageRequest) -> Page:
    return deps.versions.page(visible(deps, caller, agreement_id).id, page)


def version(deps: Deps, caller: Caller, agreement_id: str, number: int | None) -> Version:
    """Version ``number``, or the one in force, else the newest."""
    found = visible(deps, caller, agreement_id)
    return deps.versions.get(None, found.id, number or found.version)


def notice_terms(deps: Deps, processor_id: str) -> Mapping[str, Any]:
    """The groups of notice terms in force and the watermark they belong to."""
    return deps.groups.read(processor_id)


def relation(deps: Deps, processor_id: str, controller_id: str) -> Mapping[str, Any]:
    """What binds, or bound, the two: the agreement in force, else the newest; and all of them."""
    found = deps.agreements.between(processor_id, controller_id)
    known = [each for each in found if each.history]
    if not known:
        raise NotFound("The two never had an agreement.")
    # Sorting keeps the order among equals: newest first.
    told = [_binding(each) for each in sorted(known, key=lambda each: not each.in_force)]
    return {**told[0], "agreements": told}


def add_template(deps: Deps, caller: Caller, told: Mapping[str, Any]) -> Template:
    check_processor(caller)
    members = {"id": deps.new_id("tpl"), "owner": caller.org_id, "kind": "own",
               "created_at": deps.now()}  # fmt: skip
    template = from_wire(Template, {**told, **members})
    deps.templates.add(template)
    return template


def templates(deps: Deps, caller: Caller, page: PageRequest) -> Page:
    return deps.templates.page((BUILT_IN, caller.org_id), page)


def template(deps: Deps, caller: Caller, template_id: str) -> Template:
    found = deps.templates.find(template_id)
    if found is None or not found.visible_to(caller.org_id):
        raise NotFound("There is no such template.")
    return found


def _binding(agreement: Agreement) -> Mapping[str, Any]:
    content = agreement.content
    return {
        "agreement_id": agreement.id, "status": agreement.status, "products": content.products,
        "effective_from": content.effective_from, "ends_on": agreement.ends_on,
        "authorisation": content.authorisation, "terms": content.notice_terms.terms,
        "history": agreement.history,
    }  # fmt: skip
