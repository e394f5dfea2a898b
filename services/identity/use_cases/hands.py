"""Hands: who may stand behind clients and persons, for those who need two (0027, 0056)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.identity.model.people import Person, membership_for
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
        "four_eyes": owner.four_eyes,
        "has_persons": deps.people.has_owner(org_id),
        "may_approve": [it.id for it in persons if approves(owner.kind, org_id, it)],
    }


def _names(org_id: str, persons: Sequence[Person]) -> dict[str, str]:
    """As the organisation calls them."""
    return {each.id: membership_for(each, org_id).name for each in persons}


def approves(kinds: Sequence[str], org_id: str, person: Person) -> bool:
    """Whether the role of this member lets it approve what another has prepared."""
    return may_approve(kinds, membership_for(person, org_id).roles)
