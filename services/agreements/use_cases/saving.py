"""The transaction around every step of an agreement, and who may take it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.agreements import model
from services.agreements.clients import Identity, Registry
from services.agreements.contract.annex import Annex, annex_from
from services.agreements.contract.contents import Content
from services.agreements.events import CLAIMING, MOVING, Event, stream
from services.agreements.model import Agreement, Version
from services.agreements.refusals import AgreementInForce, NotAParty, NotAProcessor
from services.agreements.settings import Settings
from services.agreements.store import (
    Agreements,
    Documents,
    Files,
    InForce,
    NoticeGroups,
    Policies,
    Templates,
    Versions,
)
from shared.auth import Caller, ScopeMissing
from shared.errors import NotFound
from shared.failures import Failures
from shared.ids import IdSource
from shared.ledger import Ledger
from shared.mongo import Mongo, Session
from shared.times import Clock

SCOPE_OF_PARTY = {"processor": "agreements:write", "controller": "agreements:accept"}

Step = Callable[[Session, Agreement], tuple[Agreement, Sequence[Event]]]


@dataclass(frozen=True)
class Deps:
    settings: Settings
    mongo: Mongo
    agreements: Agreements
    versions: Versions
    templates: Templates
    groups: NoticeGroups
    in_force: InForce
    documents: Documents
    files: Files
    policies: Policies
    ledger: Ledger
    clock_failures: Failures
    identity: Identity
    registry: Registry
    now: Clock
    new_id: IdSource

    def lapses_on(self) -> date:
        """The last day of an offer made now."""
        return self.now().date() + timedelta(days=self.settings.offer_days)

    def annex(self, processor_slug: str, content: Content) -> Annex:
        """The processor's register of today, as an agreement on ``content`` lists it."""
        today = self.now().date()
        listed = self.registry.listed(processor_slug, today)
        return annex_from(listed, today, content.language, content.products)


@dataclass(frozen=True)
class Origin:
    """Where an acceptance comes from: the client of the party, and its network address."""

    client_id: str
    address: str | None


def change(deps: Deps, caller: Caller, agreement_id: str, step: Step) -> Agreement:
    """Take ``step`` on what ``caller`` may see, in one transaction with all that follows."""

    def work(session: Session) -> Agreement:
        before = visible(deps, caller, agreement_id, session)
        after, happened = step(session, before)
        return save(deps, session, before, after, happened, caller.org_id)

    return deps.mongo.transact(work)


def save(
    deps: Deps,
    session: Session,
    before: Agreement,
    after: Agreement,
    happened: Sequence[Event],
    actor: str,
) -> Agreement:
    """Store ``after``, its notice terms and what is to be told; all of it or nothing."""
    after, watermark = counted(deps, session, before, after, happened)
    years = deps.policies.read(session, after.processor.id).retention_years
    after = model.closed(after, deps.now(), years)
    deps.agreements.replace(session, after)
    tell(deps, session, after, happened, actor, watermark)
    return after


def counted(
    deps: Deps,
    session: Session,
    before: Agreement | None,
    after: Agreement,
    happened: Sequence[Event],
) -> tuple[Agreement, int | None]:
    """``after`` with its notice terms counted, and the processor's watermark if that moved it."""
    types = {each.type for each in happened}
    if not types & CLAIMING:
        return after, None
    told = bool(types & MOVING)
    steps = _steps(deps, session, before, after)
    watermark = deps.groups.move(session, after.processor.id, steps, after.group, told=told)
    deps.in_force.note(session, after)
    if before and before.controller.id != after.controller.id:
        deps.in_force.forget(session, before)
    return (model.recorded(after, watermark), watermark) if told else (after, None)


def _steps(
    deps: Deps, session: Session, before: Agreement | None, after: Agreement
) -> Mapping[str, int]:
    """What has to be counted otherwise, seen together with what else the two parties have.

    Who confirms an agreement that named it by a slug is another customer than was counted.
    """
    if before and before.controller.id != after.controller.id:
        gone = replace(before, status="rejected")
        steps = Counter(_steps(deps, session, before, gone))
        steps.update(_steps(deps, session, None, after))
        return {place: step for place, step in steps.items() if step}
    others = deps.in_force.others(session, after)
    was, now = model.share_of(before), model.share_of(after)
    return model.moved(
        model.tally([*others, *([was] if was else [])]),
        model.tally([*others, *([now] if now else [])]),
    )


def tell(
    deps: Deps,
    session: Session,
    agreement: Agreement,
    happened: Sequence[Event],
    actor: str,
    watermark: int | None = None,
) -> None:
    """Write what happened into the ledger. A moving event carries its processor's watermark."""
    for each in happened:
        moved = {"recipients_version": watermark} if each.type in MOVING else {}
        deps.ledger.append(
            session, stream(agreement.id), each.type, {**each.data, **moved},
            at=deps.now(), actor=actor, private=each.private or None,
        )  # fmt: skip


def visible(
    deps: Deps, caller: Caller, agreement_id: str, session: Session | None = None
) -> Agreement:
    """The agreement, if it is the caller's to see; otherwise it does not exist."""
    found = deps.agreements.get(session, agreement_id)
    if party_of(caller, found) or caller.is_service or caller.is_platform:
        return found
    raise NotFound("There is no such agreement.")


def party_of(caller: Caller, agreement: Agreement) -> str | None:
    """For which party the caller can act. A draft is the processor's own until it is offered."""
    if caller.org_id == agreement.processor.id and "processor" in caller.kinds:
        return "processor"
    theirs = caller.org_id == agreement.customer_id and "controller" in caller.kinds
    return "controller" if theirs and agreement.status != "draft" else None


def acting_party(caller: Caller, agreement: Agreement) -> str:
    """The party the caller acts for. Raises ``NotAParty`` or ``ScopeMissing``."""
    party = party_of(caller, agreement)
    if party is None:
        raise NotAParty
    scope = SCOPE_OF_PARTY[party]
    if scope not in caller.scopes:
        raise ScopeMissing(f"This needs the scope {scope}.", context={"scope": scope})
    return party


def check_acts_as_processor(caller: Caller, agreement: Agreement) -> None:
    if acting_party(caller, agreement) != "processor":
        raise NotAParty("Only the processor of this agreement can do this.")


def check_processor(caller: Caller) -> None:
    if "processor" not in caller.kinds:
        raise NotAProcessor


def check_no_other_in_force(
    deps: Deps, session: Session | None, agreement: Agreement, version: Version
) -> None:
    """Raises ``AgreementInForce`` naming the agreement that is in the way."""
    mine = model.claim_of(agreement, version)
    for other_id, claim in deps.in_force.claims(session, agreement).items():
        if other_id != agreement.id and claim.meets(mine):
            raise AgreementInForce(
                f"Agreement {other_id} binds these parties on some of these days; end or amend it"
                " first.",
                context={"agreement_id": other_id},
            )
