"""Hands: who may stand behind clients and persons, for those who need two (0027, 0056)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.identity.model.people import NEW, Person, membership_for, one_with
from services.identity.model.roles import may_approve
from services.identity.wiring import Deps
from shared.auth import PERSON_PREFIX, Caller
from shared.errors import NotFound


def hands(deps: Deps, caller: Caller, org_id: str, actor_ids: Sequence[str]) -> dict[str, Any]:
    """Which clients of an organisation count as one, and who has known their secrets; which
    persons may approve at this moment, and what a second hand is needed for."""
    if not caller.sees(org_id):
        raise NotFound("There is no such organisation.")
    owner = deps.organisations.get(org_id)
    client_ids = [each for each in actor_ids if not each.startswith(PERSON_PREFIX)]
    person_ids = [each for each in actor_ids if each.startswith(PERSON_PREFIX)]
    persons = deps.people.joined(org_id, person_ids)
    return {
        "hands": deps.hands.of(org_id, client_ids),
        "known_to": deps.hands.known_to(org_id, client_ids),
        "names": {**deps.clients.names(org_id, client_ids), **_names(org_id, persons)},
        "let_in_by": let_in_by(deps, org_id, persons),
        "one_with": _one_with(deps, org_id, persons),
        "titles": _titles(org_id, persons),
        "four_eyes": owner.four_eyes,
        "has_persons": deps.people.has_owner(org_id),
        "may_approve": [it.id for it in persons if approves(owner.kind, org_id, it)],
    }


def _names(org_id: str, persons: Sequence[Person]) -> dict[str, str]:
    """As the organisation calls them."""
    return {each.id: membership_for(each, org_id).name for each in persons}


def let_in_by(deps: Deps, org_id: str, persons: Sequence[Person]) -> dict[str, list[str]]:
    """By whom each of these persons came in lately: by an invitation, or by a sign-in provider that
    whoever set it can make say anything of anybody (0064)."""
    now, provider = deps.now(), deps.providers.find(org_id)
    setter = [provider.set_by] if provider and provider.set_by else []
    linked = deps.accounts.linked_at(org_id, [each.id for each in persons]) if setter else {}
    is_set_anew = bool(provider and provider.set_at and now - provider.set_at < NEW)
    found: dict[str, list[str]] = {}
    for person in persons:
        there, at = membership_for(person, org_id), linked.get(person.id)
        by = [there.invited_by] if there.is_new(now) else []
        by += setter if at and (is_set_anew or now - at < NEW) else []
        found[person.id] = _with_persons(deps, org_id, by)
    return {person_id: by for person_id, by in found.items() if by}


def _with_persons(deps: Deps, org_id: str, actors: Sequence[str]) -> list[str]:
    """With those who have known the secret of a client among them."""
    clients = [each for each in actors if each and not each.startswith(PERSON_PREFIX)]
    known = deps.hands.known_to(org_id, clients) if clients else {}
    return sorted({*actors, *(each for ids in known.values() for each in ids)})


def _one_with(deps: Deps, org_id: str, persons: Sequence[Person]) -> dict[str, list[str]]:
    members = deps.people.members(org_id) if persons else []
    found = {each.id: one_with(each, members) for each in persons}
    return {person_id: ids for person_id, ids in found.items() if ids}


def _titles(org_id: str, persons: Sequence[Person]) -> dict[str, str]:
    """What the organisation says that they do, of those for whom it says so."""
    titles = {each.id: membership_for(each, org_id).title for each in persons}
    return {person_id: title for person_id, title in titles.items() if title}


def approves(kinds: Sequence[str], org_id: str, person: Person) -> bool:
    """Whether the role of this member lets it approve what another has prepared."""
    return may_approve(kinds, membership_for(person, org_id).roles)
