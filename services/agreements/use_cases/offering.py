"""Putting an agreement, or the next version of one, on offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.agreements import events
from services.agreements.contract.annex import Annex
from services.agreements.contract.contents import Content
from services.agreements.contract.namesakes import amended_members
from services.agreements.events import Event
from services.agreements.ledger_entries import event
from services.agreements.model import life
from services.agreements.model.agreement import Acceptance, Agreement, Version
from services.agreements.model.document import make_version, read
from services.agreements.use_cases.parties import (
    addressee,
    content_of,
    customer_of,
    named_party,
    party,
    template_of,
)
from services.agreements.use_cases.permissions import (
    check_acts_as_processor,
    check_processor,
    visible,
)
from services.agreements.use_cases.saving import Outcome, Step, append_events, apply_step
from services.agreements.use_cases.signing import accepted_by
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.errors import problem_at
from shared.mongo import Session


def draft(deps: Deps, caller: Caller, body: Mapping[str, Any]) -> Agreement:
    """Draft an agreement between the caller, as processor, and the controller it names.

    The answer does not reveal whether that organisation exists: the draft shows only what the
    caller wrote, unless an agreement binds the two already (0025).
    """
    check_processor(caller)
    members = dict(body)
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
        official=deps.official(template, content),
    )  # fmt: skip
    agreement = life.drafted(version)

    def work(session: Session) -> Agreement:
        deps.versions.add(session, version)
        deps.agreements.add(session, agreement)
        append_events(
            deps, session, agreement, [event(events.DRAFTED, agreement, version)], caller.org_id
        )
        return agreement

    return deps.mongo.transact(work)


def offer(deps: Deps, caller: Caller, agreement_id: str) -> Agreement:
    """Offer the draft to both parties. The processor has to accept it, too."""

    def step(session: Session, agreement: Agreement) -> Outcome:
        check_acts_as_processor(caller, agreement)
        after = life.offered(agreement, deps.now(), deps.lapses_on())
        version = deps.versions.get(session, agreement.id, agreement.version)
        related = deps.agreements.related(session, after)
        return after, [event(events.OFFERED, after, version, related=related)]

    return apply_step(deps, caller, agreement_id, step)


def amend(deps: Deps, caller: Caller, agreement_id: str, body: Mapping[str, Any]) -> Agreement:
    """Offer the next version: the newest one with the members of ``body`` replaced."""
    seen = visible(deps, caller, agreement_id)
    check_acts_as_processor(caller, seen)
    life.check_amendable(seen)
    before = deps.versions.get(None, seen.id, seen.latest_version)
    content = content_of(amended_members(before.content, body))
    if content == before.content:
        _check_list_moved(deps, seen, before)
    version = next_version(deps, seen, content, caller.client_id)
    return apply_step(deps, caller, agreement_id, offering(deps, version))


def next_version(
    deps: Deps, seen: Agreement, content: Content, by: str, annex: Annex | None = None
) -> Version:
    """The next version of an agreement, on ``content``, with the parties of today.

    ``annex``: the list of today, if it has been read already.
    """
    template = template_of(deps, seen.processor.id, content)
    mine, theirs = party(deps, seen.processor.id), customer_of(deps, seen)
    in_force = deps.versions.get(None, seen.id, seen.version)
    return make_version(
        seen.id, seen.latest_version + 1, (mine, theirs), content, template, at=deps.now(),
        by=by, annex=annex or deps.annex(mine.slug, content), amends=in_force,
        official=deps.official(template, content),
    )  # fmt: skip


def _check_list_moved(deps: Deps, seen: Agreement, newest: Version) -> None:
    """An amendment may change nothing but the list, so that an agreement that lacks a change names
    it (0038). Raises ``nothing-changed``."""
    annex = deps.annex(seen.processor.slug, newest.content)
    if annex.matches(read(newest).get("sub_processors")):
        raise problem_at("", "nothing-changed", "The amendment changes nothing.")


def offering(deps: Deps, version: Version, roll_out: str | None = None) -> Step:
    """The step that offers ``version``.

    ``roll_out``: the id of the one that it belongs to, whose signatory accepts it, if it has one.
    """

    def step(session: Session, agreement: Agreement) -> Outcome:
        after = life.amended(agreement, version, deps.now(), deps.lapses_on(), roll_out)
        deps.versions.add(session, version)
        related = deps.agreements.related(session, after)
        told = [event(events.OFFERED, after, version, related=related)]
        return _accepted_in_advance(deps, session, after, version, told)

    return step


def _accepted_in_advance(
    deps: Deps, session: Session, agreement: Agreement, version: Version, told: list[Event]
) -> Outcome:
    """Whoever started the roll-out may have accepted for the processor what it offers."""
    offer = agreement.offer
    roll_out = offer and offer.roll_out and deps.roll_outs.get(session, offer.roll_out)
    if not roll_out or roll_out.signatory is None:
        return agreement, told
    who = roll_out.signatory
    signed = Acceptance(
        party="processor", name=who.name, title=who.title, email=who.email, at=deps.now(),
        version=version.version, document_sha256=version.document_sha256,
        client_id=who.client_id, address=who.address, standing_since=who.at,
    )  # fmt: skip
    after, more = accepted_by(agreement, version, signed)
    # Both are one step: it is saved as one revision.
    return replace(after, revision=agreement.revision), [*told, *more]
