"""The parties as identity knows them, and contents made from a request body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from services.agreements.contract.contents import Address, Content, Party
from services.agreements.contract.namesakes import in_both_forms
from services.agreements.contract.terms import Contact
from services.agreements.contract.wording import Template, check_language
from services.agreements.model.agreement import Agreement
from services.agreements.wiring import Deps
from shared.documents import from_wire
from shared.errors import NotFound, problem_at
from shared.ids import derived_id

OFFICER = ("dpo", "data protection officer", "databeskyttelsesrådgiver", "dataskyddsombud")


def party(deps: Deps, org_id: str) -> Party:
    """The organisation as a party of today's documents. Raises ``NotFound``."""
    organisation = deps.identity.organisation(org_id)
    if organisation is None:
        raise NotFound("A party of this agreement is no longer known.")
    return party_from(organisation)


@dataclass(frozen=True)
class Addressee:
    """The customer that a processor names.

    ``party``: as the processor knows it, from what it wrote itself or from an agreement of both.
    ``is_related``: an agreement binds the two. ``hidden_id``: the organisation behind a slug that
    the processor may not know.
    """

    party: Party
    is_related: bool = False
    hidden_id: str | None = None


def addressee(deps: Deps, processor_id: str, org_id: str) -> Addressee:
    """The customer of this id. An unknown id is answered like that of a stranger."""
    newest = next(iter(_shared(deps, processor_id, org_id)), None)
    if newest and newest.binding:
        return Addressee(party(deps, org_id), is_related=True)
    if newest:
        return Addressee(newest.controller)
    entered = deps.identity.organisation(org_id, entered_by=processor_id)
    named = Party(id=org_id, slug=org_id, legal_name=org_id)
    return Addressee(party_from(entered) if entered else named)


def addressee_named(deps: Deps, processor_id: str, named: str) -> Addressee:
    """The customer of this id or slug: of the processor's own customers first, then of all."""
    if named.startswith("org_"):
        return addressee(deps, processor_id, named)
    entered = deps.identity.with_slug(named, entered_by=processor_id)
    public = deps.identity.with_slug(named)
    if entered:
        return addressee(deps, processor_id, entered["id"])
    alias = derived_id("org", processor_id, named)
    hidden_id = public["id"] if public and "controller" in public["kind"] else None
    known = addressee(deps, processor_id, hidden_id or alias)
    if known.is_related:
        return known
    return Addressee(Party(id=alias, slug=named, legal_name=named), hidden_id=hidden_id)


def _shared(deps: Deps, processor_id: str, controller_id: str) -> list[Agreement]:
    """Agreements that bind or bound the two: those that bind first, then by age, newest first."""
    agreements = deps.agreements.between(processor_id, controller_id)
    bound = [agreement for agreement in agreements if agreement.bound]
    return sorted(bound, key=lambda agreement: not agreement.binding)


def customer_of(deps: Deps, agreement: Agreement) -> Party:
    """The customer's details: from identity while it binds, else as its processor wrote them."""
    return party(deps, agreement.controller.id) if agreement.binding else agreement.controller


def organisation_named(deps: Deps, named: str) -> Mapping[str, Any] | None:
    """The organisation of this id or slug, or None."""
    if named.startswith("org_"):
        return deps.identity.organisation(named)
    return deps.identity.with_slug(named)


def named_party(known: Party, members: Mapping[str, Any]) -> Party:
    """``known`` with ``members`` replaced."""
    return from_wire(Party, {**asdict(known), **members})


def template_of(deps: Deps, org_id: str, content: Content) -> Template:
    """The template of ``content``, as its processor sees it. Raises ``Invalid``; also where it has
    no text in the language asked for."""
    template = deps.templates.find(content.template_id)
    if template is None or not template.visible_to(org_id):
        raise problem_at("/template_id", "unknown-template", "There is no such template.")
    check_language(template, content.language)
    return template


def content_of(members: Mapping[str, Any]) -> Content:
    """Contents from validated members; days may be days or their text.

    Raises ``ContentsContradict``.
    """
    days = {name: str(members[name]) for name in ("effective_from", "expires_on")
            if members.get(name)}  # fmt: skip
    return in_both_forms(from_wire(Content, {**members, **days}))


def party_from(organisation: Mapping[str, Any]) -> Party:
    """The party that identity describes so."""
    address = organisation.get("address")
    people = [from_wire(Contact, contact) for contact in organisation.get("contacts") or ()]
    return Party(
        id=organisation["id"],
        slug=organisation["slug"],
        legal_name=organisation["legal_name"],
        registration_number=organisation.get("registration_number"),
        country=organisation.get("country"),
        address=from_wire(Address, address) if address else None,
        time_zone=organisation.get("time_zone"),
        contact=people[0] if people else None,
        data_protection_officer=next((person for person in people if _is_officer(person)), None),
    )


def _is_officer(person: Contact) -> bool:
    """Whether this contact is the data protection officer, judged by its position."""
    return any(word in person.position.casefold() for word in OFFICER)
