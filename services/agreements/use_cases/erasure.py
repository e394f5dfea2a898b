"""Retention: how long ended agreements are kept, and how they are erased."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from services.agreements.events import stream
from services.agreements.ledger_entries import erasure
from services.agreements.model.agreement import Agreement
from services.agreements.model.ending import years_after
from services.agreements.store.policies import Policy
from services.agreements.use_cases.permissions import check_processor
from services.agreements.use_cases.saving import append_events
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.errors import PreconditionFailed
from shared.mongo import Session

A_ROUND = 100
ENTRIES_A_READ = 200
# How the jobs begin that bring one ended agreement under a changed policy.
RE_DATED = "retention:"


def policy(deps: Deps, caller: Caller) -> Policy:
    """The retention policy of the caller, a processor."""
    check_processor(caller)
    return deps.policies.read(None, caller.org_id)


def set_policy(deps: Deps, caller: Caller, seen: int | None, retention_years: int) -> Policy:
    """Set the retention, also for agreements that have ended. Raises ``PreconditionFailed``."""
    before = policy(deps, caller)
    if seen not in (None, before.revision):
        raise PreconditionFailed
    after = replace(
        before, retention_years=retention_years, revision=before.revision + 1, cursor=""
    )
    deps.mongo.transact(lambda session: deps.policies.write(session, after))
    return after


def apply_policies(deps: Deps) -> bool:
    """Apply a changed policy to a bounded number of ended agreements; True if there may be more."""
    policy = deps.policies.to_apply(deps.clock_failures.barred())
    # Those that failed and have rested; their policy has gone on without them.
    for job in deps.clock_failures.rested(RE_DATED):
        _re_date_unless_it_fails(deps, job.removeprefix(RE_DATED))
    if policy is None:
        return False
    deps.clock_failures.run([policy.id], lambda _: _apply_some(deps, policy))
    return True


def _apply_some(deps: Deps, policy: Policy) -> None:
    ended = deps.agreements.ended(policy.id, policy.cursor or "", A_ROUND)
    for agreement_id in ended:
        _re_date_unless_it_fails(deps, agreement_id)
    deps.policies.applied(policy, ended[-1] if len(ended) == A_ROUND else None)


def _re_date_unless_it_fails(deps: Deps, agreement_id: str) -> None:
    def work(_: str) -> None:
        deps.mongo.transact(partial(_re_dated, deps, agreement_id))

    deps.clock_failures.attempt(f"{RE_DATED}{agreement_id}", work)


def _re_dated(deps: Deps, agreement_id: str, session: Session) -> None:
    agreement = deps.agreements.find(session, agreement_id)
    if agreement is None or agreement.ended_on is None:
        return
    years = deps.policies.read(session, agreement.processor.id).retention_years
    erase_on = years_after(agreement.ended_on, years)
    if erase_on != agreement.erase_on:
        after = replace(agreement, erase_on=erase_on, revision=agreement.revision + 1)
        deps.agreements.replace(session, after)


def erase(deps: Deps, session: Session, agreement: Agreement, actor: str) -> bool:
    """Erase an agreement and all personal data. Its ledger stays, as hashes, and verifies.

    Always True: something was done.
    """
    _erase_persons(deps, session, stream(agreement.id))
    _erase_file(deps, session, agreement)
    deps.files.erase_all(session, agreement.id)
    deps.documents.erase(session, agreement.id)
    deps.versions.erase(session, agreement.id)
    deps.roll_outs.erase(session, agreement.id)
    deps.proposals.erase(session, agreement.id)
    deps.signature_requests.erase(session, agreement.id)
    deps.agreements.erase(session, agreement.id)
    append_events(deps, session, agreement, [erasure(agreement)], actor)
    return True


def _erase_file(deps: Deps, session: Session, agreement: Agreement) -> None:
    """Erase the signed PDF with the last agreement that stands on it."""
    sha256 = agreement.signed_file.sha256 if agreement.signed_file else None
    if sha256 and deps.agreements.with_file(session, agreement.processor.id, sha256) == 1:
        deps.files.erase(session, agreement.processor.id, sha256)


def _erase_persons(deps: Deps, session: Session, name: str) -> None:
    after = 0
    while entries := deps.ledger.entries(name, after, ENTRIES_A_READ):
        for entry in entries:
            deps.ledger.erase_private(session, name, entry.sequence)
        after = entries[-1].sequence
