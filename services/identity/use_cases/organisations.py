"""Organisations: the parties of agreements, and the platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.identity.model.organisations import FourEyesKept, Organisation, default_zone
from services.identity.model.people import membership_for
from services.identity.model.revisions import check_revision
from services.identity.model.trail import (
    ORGANISATION_CHANGED,
    ORGANISATION_CREATED,
    Act,
    differences,
    subject,
)
from services.identity.use_cases import notice_addresses
from services.identity.use_cases.trail import note
from services.identity.wiring import Deps
from shared.auth import Caller
from shared.documents import from_wire, to_document
from shared.errors import Forbidden, NotFound
from shared.mongo import Session
from shared.pagination import Page, PageRequest


class NotForYou(Forbidden):
    """Only the platform, or the organisation itself, may do this."""

    code = "not-for-you"


def add_organisation(deps: Deps, caller: Caller, body: Mapping[str, Any]) -> Organisation:
    """The platform adds anyone; a processor adds its customers, as controllers."""
    if not caller.is_platform and list(body["kind"]) != ["controller"]:
        raise NotForYou("A processor can add organisations of the kind controller.")
    organisation = from_wire(
        Organisation,
        {
            "time_zone": default_zone(body["country"]),
            **body,
            "id": deps.new_id("org"),
            "created_at": deps.now(),
            "created_by": caller.org_id,
            "namespace": None if caller.is_platform else caller.org_id,
        },
    )

    def work(session: Session) -> None:
        deps.organisations.add(organisation, session)
        changes = differences({}, to_document(organisation))
        _note(deps, ORGANISATION_CREATED, organisation, changes, session)

    deps.mongo.transact(work)
    return organisation


def organisation(
    deps: Deps, caller: Caller, org_id: str, entered_by: str | None = None
) -> Organisation:
    """``entered_by``: only if this organisation has entered it."""
    organisation = deps.organisations.get(org_id)
    others = entered_by not in (None, organisation.created_by)
    if others or not caller.sees(organisation.id, organisation.created_by):
        raise NotFound("There is no such organisation.")
    return organisation


def owners(deps: Deps, caller: Caller, org_id: str) -> list[dict[str, str]]:
    """The persons who own an organisation, as it calls them: name, email, language."""
    organisation(deps, caller, org_id)
    return [
        {"name": membership_for(each, org_id).name, "email": each.email, "language": each.locale}
        for each in deps.people.members(org_id)
        if each.owns(org_id)
    ]


def organisations(
    deps: Deps, caller: Caller, slug: str | None, entered_by: str | None, request: PageRequest
) -> Page:
    """For a service a slug names a public organisation, or one that ``entered_by`` has entered."""
    where: dict[str, Any] = {"slug": slug} if slug else {}
    if entered_by:
        where["created_by"] = entered_by
    elif slug and caller.is_service:
        where["namespace"] = None
    if not (caller.is_platform or caller.is_service):
        where["$or"] = [{"_id": caller.org_id}, {"created_by": caller.org_id}]
    return deps.organisations.page(where, request)


def change_organisation(
    deps: Deps, caller: Caller, org_id: str, seen: int | None, body: Mapping[str, Any]
) -> Organisation:
    """Raises ``FourEyesKept``, or ``NotForYou`` for the four eyes of another organisation."""
    current = organisation(deps, caller, org_id)
    check_revision(seen, current.revision)
    _check_four_eyes(caller, current, body.get("four_eyes", current.four_eyes))
    others = {name: value for name, value in body.items() if name != "notice_address"}
    members = {**to_document(current), **others, "revision": current.revision + 1}
    members["id"] = members.pop("_id")
    changed = from_wire(Organisation, members)
    if "notice_address" in body:
        address = notice_addresses.stated(caller, current, body["notice_address"])
        changed = replace(changed, notice_address=address)
        notice_addresses.count_probe(deps, changed)

    def work(session: Session) -> None:
        deps.organisations.replace(changed, session)
        if "notice_address" in body:
            notice_addresses.probe(deps, changed, session)
        before, after = map(notice_addresses.in_trail, (current, changed))
        changes = differences(before, after)
        _note(deps, ORGANISATION_CHANGED, changed, changes, session)

    deps.mongo.transact(work)
    return changed


def _note(
    deps: Deps, what: str, about: Organisation, changes: Mapping[str, Any], session: Session
) -> None:
    named = subject("organisation", about.id, about.legal_name)
    note(deps, Act(what, about.id, named, changes), session)


def _check_four_eyes(caller: Caller, current: Organisation, four_eyes: str) -> None:
    """Whoever holds one client may ask for a second hand, but not do away with it again."""
    if caller.is_platform or four_eyes == current.four_eyes:
        return
    if caller.org_id != current.id:
        raise NotForYou("Only the organisation itself asks for a second hand.")
    if four_eyes == "emergency":
        raise FourEyesKept
