"""Save an agreement in one transaction with all that depends on it.

That is: the counts of its processor's notice terms, its claim on days and products (a
``binding claim``, which no other agreement of the parties may overlap), and its ledger entries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from services.agreements.events import CLAIMING, MOVING, Event, stream
from services.agreements.model.agreement import Agreement, Version
from services.agreements.model.ending import closed
from services.agreements.model.life import claim_of, recorded
from services.agreements.model.roll_outs import followed
from services.agreements.model.tally import Profile, Shares, difference_of, share_of, tally
from services.agreements.use_cases.permissions import visible
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.errors import Conflict
from shared.mongo import Session

# Decides what becomes of an agreement: returns its new state, and the events to put in the ledger.
Outcome = tuple[Agreement, Sequence[Event]]
Step = Callable[[Session, Agreement], Outcome]


class AgreementOverlaps(Conflict):
    """Another agreement of the same parties covers one of these products on these days."""

    code = "agreement-in-force"


def apply_step(
    deps: Deps, caller: Caller, agreement_id: str, step: Step, *, companions: bool = True
) -> Agreement:
    """Apply ``step`` to an agreement that ``caller`` may see; save and return the result.

    ``companions``: see ``Mongo.transact``.
    """

    def work(session: Session) -> Agreement:
        before = visible(deps, caller, agreement_id, session)
        after, new_events = step(session, before)
        return save(deps, session, before, after, new_events, caller.org_id)

    return deps.mongo.transact(work, companions=companions)


def save(
    deps: Deps,
    session: Session,
    before: Agreement,
    after: Agreement,
    new_events: Sequence[Event],
    actor: str,
) -> Agreement:
    """Save ``after`` with its counts, retention dates and ledger entries, and return it."""
    after, watermark = count_terms(deps, session, before, after, new_events)
    years = deps.policies.read(session, after.processor.id).retention_years
    after = closed(after, deps.now(), years)
    deps.agreements.replace(session, after)
    append_events(deps, session, after, new_events, actor, watermark)
    _follow_roll_out(deps, session, before, after)
    return after


def _follow_roll_out(deps: Deps, session: Session, before: Agreement, after: Agreement) -> None:
    """Record what became of an offer in the roll-out that made it."""
    roll_out_id = before.offer.roll_out if before.offer else None
    item = deps.roll_outs.item(session, roll_out_id, before.id) if roll_out_id else None
    if item is not None:
        deps.roll_outs.put_item(session, followed(item, before, after, deps.now()))


def count_terms(
    deps: Deps,
    session: Session,
    before: Agreement | None,
    after: Agreement,
    new_events: Sequence[Event],
) -> tuple[Agreement, int | None]:
    """Update the processor's counts of notice terms, and the claim of ``after``.

    Returns ``after`` with its history of notice terms brought up to date, and the new watermark,
    or None if the events do not move it.
    """
    types = {event.type for event in new_events}
    if not types & CLAIMING:
        return after, None
    moves_watermark = bool(types & MOVING)
    counts: Counter[str] = Counter()
    profiles: Counter[Profile] = Counter()
    for was, now in _shares_moved(deps, session, before, after):
        counts.update(difference_of(tally(was.shares), tally(now.shares)))
        profiles.update(difference_of(was.profiles(), now.profiles()))
    watermark = deps.groups.move(
        session, after.processor.id, counts, after.group, moves_watermark=moves_watermark
    )
    deps.profiles.move(session, after.processor.id, profiles)
    deps.binding_claims.record(session, after)
    if before and before.controller.id != after.controller.id:
        deps.binding_claims.remove(session, before)
    return (recorded(after, watermark), watermark) if moves_watermark else (after, None)


def _shares_moved(
    deps: Deps, session: Session, before: Agreement | None, after: Agreement
) -> list[tuple[Shares, Shares]]:
    """Return the shares of each customer that the step touches, before and after it.

    An imported agreement may name its customer by a slug, and get another customer's id when it is
    confirmed. Then it is taken from the counts of one customer and added to those of the other.
    """
    if before and before.controller.id != after.controller.id:
        uncounted = replace(before, status="rejected")
        left = _shares_moved(deps, session, before, uncounted)
        return [*left, *_shares_moved(deps, session, None, after)]
    others = deps.binding_claims.others(session, after)
    old_share, new_share = share_of(before), share_of(after)
    was = replace(others, shares=(*others.shares, *([old_share] if old_share else [])))
    return [(was, Shares((*others.shares, *([new_share] if new_share else []))))]


def append_events(
    deps: Deps,
    session: Session,
    agreement: Agreement,
    new_events: Sequence[Event],
    actor: str,
    watermark: int | None = None,
) -> None:
    """Append ``new_events`` to the ledger; events that move the watermark state its new value."""
    for event in new_events:
        members = {"recipients_version": watermark} if event.type in MOVING else {}
        deps.ledger.append(
            session,
            stream(agreement.id),
            event.type,
            {**event.data, **members},
            at=deps.now(),
            actor=actor,
            private=event.private or None,
        )


def check_no_overlap(
    deps: Deps, session: Session | None, agreement: Agreement, version: Version
) -> None:
    """Raise ``AgreementOverlaps`` if another agreement of the parties claims a product and day."""
    claim = claim_of(agreement, version)
    for other_id, other in deps.binding_claims.between(session, agreement).items():
        if other_id != agreement.id and other.overlaps(claim):
            raise AgreementOverlaps(
                f"Agreement {other_id} binds these parties on some of these days; end or amend it"
                " first.",
                context={"agreement_id": other_id},
            )
