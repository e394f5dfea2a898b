"""Check which callers may see an agreement, and for which party a caller may act."""

from __future__ import annotations

from dataclasses import dataclass

from services.agreements.model.agreement import Agreement
from services.agreements.wiring import Deps
from shared.auth import Caller, ScopeMissing
from shared.errors import Forbidden, NotFound
from shared.mongo import Session

SCOPE_OF_PARTY = {"processor": "agreements:write", "controller": "agreements:accept"}


class NotAController(Forbidden):
    """Only a customer can take a published template."""

    code = "not-a-controller"


class NotAParty(Forbidden):
    """Only a party to the agreement can do this, and only for itself."""

    code = "not-a-party"


class NotAProcessor(Forbidden):
    """Only a processor can draw up agreements and templates."""

    code = "not-a-processor"


@dataclass(frozen=True)
class Origin:
    """The origin of an acceptance: the client of the party, and its network address."""

    client_id: str
    address: str | None


def visible(
    deps: Deps, caller: Caller, agreement_id: str, session: Session | None = None
) -> Agreement:
    """Return the agreement if ``caller`` may see it. Raises ``NotFound`` otherwise."""
    agreement = deps.agreements.get(session, agreement_id)
    if party_of(caller, agreement) or caller.is_service or caller.is_platform:
        return agreement
    raise NotFound("There is no such agreement.")


def party_of(caller: Caller, agreement: Agreement) -> str | None:
    """Return the caller's party: ``processor``, ``controller`` or None.

    While the agreement is a draft, it is None for the customer, who must not see drafts.
    """
    if caller.org_id == agreement.processor.id and "processor" in caller.kinds:
        return "processor"
    is_customer = caller.org_id in agreement.customer_ids and "controller" in caller.kinds
    return "controller" if is_customer and agreement.status != "draft" else None


def acting_party(caller: Caller, agreement: Agreement) -> str:
    """Return the caller's party if the caller has the scope to act for it.

    Raises ``NotAParty`` or ``ScopeMissing``.
    """
    party = party_of(caller, agreement)
    if party is None:
        raise NotAParty
    scope = SCOPE_OF_PARTY[party]
    if scope not in caller.scopes:
        raise ScopeMissing(f"This needs the scope {scope}.", context={"scope": scope})
    return party


def check_acts_as_processor(caller: Caller, agreement: Agreement) -> None:
    """Check that the caller acts for the processor of this agreement.

    Raises ``NotAParty`` or ``ScopeMissing``.
    """
    if acting_party(caller, agreement) != "processor":
        raise NotAParty("Only the processor of this agreement can do this.")


def check_processor(caller: Caller) -> None:
    """Raise ``NotAProcessor`` unless the caller belongs to a processor."""
    if "processor" not in caller.kinds:
        raise NotAProcessor
