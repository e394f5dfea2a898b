"""What one acceptance makes of an agreement, and what the ledger says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.agreements import events
from services.agreements.contract.contents import Party
from services.agreements.events import Event
from services.agreements.ledger_entries import event, linked
from services.agreements.model import life
from services.agreements.model.agreement import Acceptance, Agreement, Version
from services.agreements.model.document import read
from services.agreements.model.papers import NoPaperWaits
from services.agreements.use_cases.saving import Outcome


def accepted_by(
    agreement: Agreement, version: Version, acceptance: Acceptance, customer: Party | None = None
) -> Outcome:
    """The agreement after one acceptance, and the events of it.

    ``customer``: its details from identity, if this acceptance reveals them to the processor.
    """
    after = life.accepted(agreement, version, acceptance)
    if customer and after.binding:
        after = replace(after, controller=customer, addressed_to=None)
    by = linked(acceptance.client_id, vars(acceptance))
    new_events = [event(events.ACCEPTED, after, version, **by)]
    if after.offer is None:
        after = replace(after, accepted_changes=_accepted_changes(agreement, version))
        new_events.append(event(_effect_of(agreement, after), after, version))
    return after, new_events


def paper_event(kind: str, after: Agreement, version: Version, **private: Any) -> Event:
    """The event with whose paper it is, and its hash; who signed it is confidential."""
    paper = after.paper
    if paper is None:
        raise NoPaperWaits
    signed = ", ".join(f"{each.name}, {each.title}" for each in paper.signatories)
    made = event(kind, after, version, signed_by=signed, **private)
    told = {"party": paper.party, "pdf_sha256": paper.pdf_sha256}
    return replace(made, data={**made.data, "paper": told})


def _accepted_changes(agreement: Agreement, version: Version) -> tuple[str, ...]:
    """The coming changes that the agreement accepts with this version, and did before."""
    listed = (read(version).get("sub_processors") or {}).get("coming") or ()
    return tuple(sorted({*agreement.accepted_changes, *(row["change_id"] for row in listed)}))


def _effect_of(before: Agreement, after: Agreement) -> str:
    if after.scheduled:
        return events.AMENDMENT_SCHEDULED
    return events.AMENDED if before.binding else events.ACTIVATED
