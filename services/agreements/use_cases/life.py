"""The steps of an agreement's life: draft, offer, accept, amend, end, and prove the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import Context
from dataclasses import replace
from datetime import date
from typing import Any

from services.agreements import events, model
from services.agreements.contract.contents import Party
from services.agreements.events import Event
from services.agreements.ledger_entries import event
from services.agreements.model import Acceptance, Agreement, Proof, Refusal, Version
from services.agreements.model.document import make_version, read
from services.agreements.refusals import DocumentOutdated
from services.agreements.use_cases.documents import keep_executed
from services.agreements.use_cases.parties import (
    addressee,
    content_of,
    customer_of,
    named_party,
    party,
    template_of,
)
from services.agreements.use_cases.saving import (
    Deps,
    Origin,
    acting_party,
    change,
    check_acts_as_processor,
    check_no_other_in_force,
    check_processor,
    tell,
    visible,
)
from shared.auth import Caller
from shared.documents import to_document
from shared.errors import problem_at
from shared.mongo import Session, afterwards

Outcome = tuple[Agreement, Sequence[Event]]


def draft(deps: Deps, caller: Caller, told: Mapping[str, Any]) -> Agreement:
    """A draft between the caller, as processor, and the controller it names.

    Whether there is such an organisation is not said: what stands in the draft of one that the
    caller does not deal with is what the caller wrote itself.
    """
    check_processor(caller)
    members = dict(told)
    named = members.pop("controller_id")
    if named == caller.org_id:
        raise problem_at("/controller_id", "same-party", "A processor needs another controller.")
    mine = party(deps, caller.org_id)
    theirs = named_party(addressee(deps, mine.id, named).party, members.pop("party"))
    content = content_of(members)
    template = template_of(deps, caller.org_id, content)
    version = make_version(
        deps.new_id("agr"), 1, (mine, theirs), content, template, at=deps.now(),
        by=caller.client_id, annex=deps.annex(mine.slug, content),
    )  # fmt: skip
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
        related = deps.agreements.related(session, after)
        return after, [event(events.OFFERED, after, version, related=related)]

    return change(deps, caller, agreement_id, step)


def accept(
    deps: Deps, caller: Caller, origin: Origin, agreement_id: str, told: Mapping[str, Any]
) -> Agreement:
    """Accept what is on offer for the caller's party; it binds once both have accepted.

    Raises ``DocumentOutdated`` when the register is no longer the one that the document lists;
    a version with the list of today is then on offer.
    """
    _check_annex(deps, caller, agreement_id, told)
    customer = _customer_to_bind(deps, caller, agreement_id)

    def step(session: Session, found: Agreement) -> Outcome:
        acting = acting_party(caller, found)
        on_offer = model.offer_to_accept(found, acting, told["document_sha256"])
        version = deps.versions.get(session, found.id, on_offer.version)
        check_no_other_in_force(deps, session, found, version)
        signed = _signed(deps, origin, acting, told, version)
        return accepted_by(found, version, signed, customer)

    after = change(deps, caller, agreement_id, step)
    afterwards(lambda: keep_executed(deps, after))
    return after


def accepted_by(
    found: Agreement, version: Version, acceptance: Acceptance, customer: Party | None = None
) -> Outcome:
    """The agreement after one acceptance, and all that thereby came to pass.

    ``customer``: as it is known, if it is to be known to its processor from now on.
    """
    after = model.accepted(found, version, acceptance)
    if customer and after.binding:
        after = replace(after, controller=customer)
    happened = [event(events.ACCEPTED, after, version)]
    if after.offer is None:
        happened.append(event(_what_came(found, after), after, version))
    return after, happened


def reject(deps: Deps, caller: Caller, agreement_id: str, reason: str) -> Agreement:
    """Turn down, or take back, what is on offer. What is in force stays in force."""

    def step(session: Session, found: Agreement) -> Outcome:
        refusal = Refusal(acting_party(caller, found), found.latest_version, reason, deps.now())
        after = model.rejected(found, refusal)
        version = deps.versions.get(session, found.id, found.latest_version)
        return after, [event(events.REJECTED, after, version, reason=reason)]

    return change(deps, caller, agreement_id, step)


def amend(deps: Deps, caller: Caller, agreement_id: str, told: Mapping[str, Any]) -> Agreement:
    """Offer the next version: the newest one with the members told in place of its own."""
    seen = visible(deps, caller, agreement_id)
    check_acts_as_processor(caller, seen)
    model.check_amendable(seen)
    before = deps.versions.get(None, seen.id, seen.latest_version)
    content = content_of({**to_document(before.content), **told})
    if content == before.content:
        raise problem_at("", "nothing-changed", "The amendment changes nothing.")
    template = template_of(deps, seen.processor.id, content)
    mine, theirs = party(deps, seen.processor.id), customer_of(deps, seen)
    in_force = deps.versions.get(None, seen.id, seen.version)
    version = make_version(
        seen.id, seen.latest_version + 1, (mine, theirs), content, template, at=deps.now(),
        by=caller.client_id, annex=deps.annex(mine.slug, content), amends=in_force,
    )  # fmt: skip
    return change(deps, caller, agreement_id, _offering(deps, version))


def terminate(
    deps: Deps, caller: Caller, agreement_id: str, effective_on: date, reason: str
) -> Agreement:
    """End the agreement today, or set the day to come on which it ends."""

    def step(session: Session, found: Agreement) -> Outcome:
        acting_party(caller, found)
        after = model.terminated(found, effective_on, deps.now().date())
        version = deps.versions.get(session, found.id, found.version)
        kind = events.TERMINATION_SCHEDULED if after.binding else events.TERMINATED
        return after, [event(kind, after, version, reason=reason)]

    return change(deps, caller, agreement_id, step)


def prove_deletion(
    deps: Deps, caller: Caller, agreement_id: str, told: Mapping[str, Any]
) -> Agreement:
    """Record that the data was deleted or returned after the end (Art. 28(3)(g))."""

    def step(session: Session, found: Agreement) -> Outcome:
        check_acts_as_processor(caller, found)
        proof = Proof(**told, at=deps.now(), client_id=caller.client_id)
        after = model.proven(found, proof)
        version = deps.versions.get(session, found.id, found.version)
        names = {name: str(told[name]) for name in ("statement", "name", "title", "email")}
        happened = event(events.DELETION_PROVEN, after, version)
        done_on = {"done_on": proof.done_on.isoformat(),
                   "end_of_processing": version.content.clauses.end_of_processing}  # fmt: skip
        told_of = Event(happened.type, {**happened.data, **done_on}, {**happened.private, **names})
        return after, [told_of]

    return change(deps, caller, agreement_id, step)


def _what_came(before: Agreement, after: Agreement) -> str:
    if after.scheduled:
        return events.AMENDMENT_SCHEDULED
    return events.AMENDED if before.binding else events.ACTIVATED


def _customer_to_bind(deps: Deps, caller: Caller, agreement_id: str) -> Party | None:
    """The customer as identity has it, where this acceptance is what makes it known."""
    seen = visible(deps, caller, agreement_id)
    other = "controller" if acting_party(caller, seen) == "processor" else "processor"
    last = seen.offer and seen.accepted_by(other, seen.offer.version)
    return party(deps, seen.controller.id) if last and not seen.binding else None


def _signed(
    deps: Deps, origin: Origin, acting: str, told: Mapping[str, Any], version: Version
) -> Acceptance:
    return Acceptance(
        party=acting, name=told["name"], title=told["title"], email=told["email"], at=deps.now(),
        version=version.version, document_sha256=version.document_sha256,
        client_id=origin.client_id, address=origin.address,
    )  # fmt: skip


def _check_annex(deps: Deps, caller: Caller, agreement_id: str, told: Mapping[str, Any]) -> None:
    """Offer the document anew if the register has moved on since it was made."""
    seen = visible(deps, caller, agreement_id)
    acting = acting_party(caller, seen)
    on_offer = model.offer_to_accept(seen, acting, told["document_sha256"])
    version = deps.versions.get(None, seen.id, on_offer.version)
    annex = deps.annex(version.processor.slug, version.content)
    if seen.accepted_by(acting, version.version) or annex.says_what(
        read(version).get("sub_processors")
    ):
        return
    amends = deps.versions.get(None, seen.id, seen.version) if seen.binding else None
    renewed = make_version(
        seen.id, seen.latest_version + 1, (version.processor, version.controller),
        version.content, template_of(deps, seen.processor.id, version.content),
        at=deps.now(), by=caller.client_id, annex=annex, amends=amends,
    )  # fmt: skip
    # The refusal is an answer of its own: a context without the request's Idempotency-Key lets
    # the key stay free for the acceptance itself.
    Context().run(change, deps, caller, agreement_id, _offering(deps, renewed))
    raise DocumentOutdated(
        "The list of sub-processors has changed since; read the new version and accept that.",
        context={"version": renewed.version, "document_sha256": renewed.document_sha256},
    )


def _offering(deps: Deps, version: Version) -> Any:
    def step(session: Session, found: Agreement) -> Outcome:
        after = model.amended(found, version, deps.now(), deps.lapses_on())
        deps.versions.add(session, version)
        related = deps.agreements.related(session, after)
        return after, [event(events.OFFERED, after, version, related=related)]

    return step
