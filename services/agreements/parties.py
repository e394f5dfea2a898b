"""From a request body to contents, and from identity to the parties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from services.agreements.contents import Address, Contact, Content, Party
from services.agreements.steps import Deps
from services.agreements.wording import Template
from shared.auth import Caller
from shared.documents import from_wire
from shared.errors import NotFound, problem_at

OFFICER = ("dpo", "data protection officer", "databeskyttelsesrådgiver", "dataskyddsombud")


def party(deps: Deps, org_id: str) -> Party:
    """Who ``org_id`` is today. Raises ``NotFound``."""
    found = deps.identity.organisation(org_id)
    if found is None:
        raise NotFound("A party of this agreement is no longer known.")
    return _party(found)


def controller(deps: Deps, caller: Caller, org_id: str) -> Party:
    """The controller a draft names. Raises ``Invalid`` at ``/controller_id``."""
    if org_id == caller.org_id:
        raise problem_at("/controller_id", "same-party", "A processor needs another controller.")
    found = deps.identity.organisation(org_id)
    if found is None or "controller" not in found["kind"]:
        raise problem_at("/controller_id", "unknown-controller", "There is no such controller.")
    return _party(found)


def organisation_named(deps: Deps, named: str) -> Mapping[str, Any] | None:
    """The organisation of this id or slug, or None."""
    if named.startswith("org_"):
        return deps.identity.organisation(named)
    return deps.identity.with_slug(named)


def named_party(known: Party, told: Mapping[str, Any]) -> Party:
    """The party as it names itself today; what it does not tell stays as identity has it."""
    return from_wire(Party, {**asdict(known), **told})


def template_of(deps: Deps, org_id: str, content: Content) -> Template:
    """The template of ``content``, as its processor sees it. Raises ``Invalid``."""
    found = deps.templates.find(content.template_id)
    if found is None or not found.visible_to(org_id):
        raise problem_at("/template_id", "unknown-template", "There is no such template.")
    return found


def content_of(members: Mapping[str, Any]) -> Content:
    """Contents from validated members; days may be days or their text."""
    days = {name: str(members[name]) for name in ("effective_from", "expires_on")
            if members.get(name)}  # fmt: skip
    return from_wire(Content, {**members, **days})


def _party(found: Mapping[str, Any]) -> Party:
    address = found.get("address")
    people = [from_wire(Contact, each) for each in found.get("contacts") or ()]
    return Party(
        id=found["id"], slug=found["slug"], legal_name=found["legal_name"],
        registration_number=found.get("registration_number"), country=found.get("country"),
        address=from_wire(Address, address) if address else None,
        contact=people[0] if people else None,
        data_protection_officer=next((each for each in people if _is_officer(each)), None),
    )  # fmt: skip


def _is_officer(person: Contact) -> bool:
    """Whether identity's contact is the data protection officer, by what it is called."""
    return any(word in person.position.casefold() for word in OFFICER)
