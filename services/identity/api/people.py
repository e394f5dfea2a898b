"""Persons of an organisation, and a person's own sessions."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from services.identity.api.context import deps
from services.identity.schemas.people import (
    NewPerson,
    OfOrganisation,
    OwnSessions,
    PeopleQuery,
    PersonChange,
    PersonPage,
    PersonShape,
)
from services.identity.use_cases import people as people_cases
from services.identity.use_cases import sessions as session_cases
from shared.auth import Caller, caller, requires
from shared.errors import Forbidden
from shared.headers import located
from shared.openapi import Blueprint
from shared.pagination import PageRequest

READ, WRITE, PLATFORM = "people:read", people_cases.WRITE, people_cases.PLATFORM

blp = Blueprint("people", __name__, url_prefix="/v1", description="Persons and their sessions")


class PersonsOnly(Forbidden):
    """Only a person has sessions; this token is a client's."""

    code = "persons-only"


@blp.route("/people", methods=["POST"])
@requires(WRITE, PLATFORM)
@blp.arguments(NewPerson)
@blp.response(201, PersonShape)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
@blp.alt_response(429, "TOO_MANY_REQUESTS")
def add_person(body: dict[str, Any]) -> Any:
    """Invite a person into your organisation; a mail with a link that works once goes out."""
    within = {"organisation": body["organisation"]} if body.get("organisation") else {}
    added = people_cases.add_person(deps(), caller(), body)
    query = f"?{urlencode(within)}" if within else ""
    return added, located(f"/people/{added.id}{query}")


@blp.route("/people")
@requires(READ, PLATFORM)
@blp.arguments(PeopleQuery, location="query")
@blp.response(200, PersonPage)
def people(query: dict[str, Any]) -> Any:
    page = PageRequest(query["limit"], query["cursor"])
    return people_cases.people(deps(), caller(), query["organisation"], page)


@blp.route("/people/<person_id>")
@requires(READ, PLATFORM)
@blp.arguments(OfOrganisation, location="query")
@blp.response(200, PersonShape)
@blp.alt_response(404, "NOT_FOUND")
def person(query: dict[str, Any], person_id: str) -> Any:
    return people_cases.person(deps(), caller(), query["organisation"], person_id)


@blp.route("/people/<person_id>", methods=["PATCH"])
@requires(WRITE, PLATFORM)
@blp.arguments(OfOrganisation, location="query")
@blp.arguments(PersonChange)
@blp.response(200, PersonShape)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
def change_person(query: dict[str, Any], body: dict[str, Any], person_id: str) -> Any:
    """Other roles; tokens with the old ones end within seconds."""
    org_id = query["organisation"]
    return people_cases.change_person(deps(), caller(), org_id, person_id, body)


@blp.route("/people/<person_id>", methods=["DELETE"])
@requires(WRITE, READ, PLATFORM)
@blp.arguments(OfOrganisation, location="query")
@blp.response(204)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
def remove_person(query: dict[str, Any], person_id: str) -> None:
    """Take a person out of your organisation, or leave it yourself; the last owner cannot."""
    people_cases.remove_person(deps(), caller(), query["organisation"], person_id)


@blp.route("/sessions")
@requires(READ)
@blp.response(200, OwnSessions)
def sessions() -> Any:
    """Where you are signed in."""
    who = caller()
    found = session_cases.sessions(deps(), person_id(who))
    return {"items": [{**vars(each), "current": each.id == who.session_id} for each in found]}


@blp.route("/sessions/<session_id>", methods=["DELETE"])
@requires(READ)
@blp.response(204)
@blp.alt_response(404, "NOT_FOUND")
def end_session(session_id: str) -> None:
    """Sign out there; its tokens end within seconds."""
    session_cases.end_session(deps(), person_id(caller()), session_id)


def person_id(who: Caller) -> str:
    if who.person_id is None:
        raise PersonsOnly
    return who.person_id
