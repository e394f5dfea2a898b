"""The transaction around every step of an agreement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from services.agreements.events import CLAIMING, MOVING, Event, stream
from services.agreements.model.agreement import Agreement, Version
from services.agreements.model.ending import closed
from services.agreements.model.life import claim_of, recorded
from services.agreements.model.tally import moved, share_of, tally
from services.agreements.use_cases.permissions import visible
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.errors import Conflict
from shared.mongo import Session

Step = Callable[[Session, Agreement], tuple[Agreement, Sequence[Event]]]


class AgreementInForce(Conflict):
    """Another agreement of the same parties covers one of these products on these days."""

    code = "agreement-in-force"


def change(
    deps: Deps, caller: Caller, agreement_id: str, step: Step, *, companions: bool = True
) -> Agreement:
    """Take ``step`` on what ``caller`` may see, in one transaction with all that follows.

    ``companions``: see ``Mongo.transact``.
    """

    def work(session: Session) -> Agreement:
        before = visible(deps, caller, agreement_id, session)
        after, happened = step(session, before)
        return save(deps, session, before, after, happened, caller.org_id)

    return deps.mongo.transact(work, companions=companions)


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
    after = closed(after, deps.now(), years)
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
    return (recorded(after, watermark), watermark) if told else (after, None)


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
    was, now = share_of(before), share_of(after)
    return moved(
        tally([*others, *([was] if was else [])]),
        tally([*others, *([now] if now else [])]),
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


def check_no_other_in_force(
    deps: Deps, session: Session | None, agreement: Agreement, version: Version
) -> None:
    """Raises ``AgreementInForce`` naming the agreement that is in the way."""
    mine = claim_of(agreement, version)
    for other_id, claim in deps.in_force.claims(session, agreement).items():
        if other_id != agreement.id and claim.meets(mine):
            raise AgreementInForce(
                f"Agreement {other_id} binds these parties on some of these days; end or amend it"
                " first.",
                context={"agreement_id": other_id},
            )
