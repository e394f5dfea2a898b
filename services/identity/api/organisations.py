"""Organisations."""

from __future__ import annotations

from typing import Any

from services.identity.api.context import deps
from services.identity.schemas.organisations import (
    EnteredBy,
    NewOrganisation,
    OrganisationChange,
    OrganisationPage,
    OrganisationQuery,
    OrganisationShape,
    OwnersShape,
)
from services.identity.use_cases import organisations as organisation_cases
from shared.auth import caller, requires
from shared.headers import etag_of, located, seen_revision
from shared.openapi import Blueprint
from shared.pagination import PageRequest

blp = Blueprint("organisations", __name__, url_prefix="/v1", description="Organisations")


@blp.route("/organisations", methods=["POST"])
@requires("identity:write")
@blp.arguments(NewOrganisation)
@blp.response(201, OrganisationShape)
@blp.alt_response(409, "CONFLICT")
def add_organisation(body: dict[str, Any]) -> Any:
    added = organisation_cases.add_organisation(deps(), caller(), body)
    return added, {"ETag": etag_of(added.revision), **located(f"/organisations/{added.id}")}


@blp.route("/organisations")
@requires("identity:read")
@blp.arguments(OrganisationQuery, location="query")
@blp.response(200, OrganisationPage)
def organisations(query: dict[str, Any]) -> Any:
    page = PageRequest(query["limit"], query["cursor"])
    slug, entered_by = query["slug"], query["entered_by"]
    return organisation_cases.organisations(deps(), caller(), slug, entered_by, page)


@blp.route("/organisations/<org_id>")
@requires("identity:read")
@blp.arguments(EnteredBy, location="query")
@blp.response(200, OrganisationShape)
@blp.alt_response(404, "NOT_FOUND")
def organisation(query: dict[str, Any], org_id: str) -> Any:
    organisation = organisation_cases.organisation(deps(), caller(), org_id, query["entered_by"])
    return organisation, {"ETag": etag_of(organisation.revision)}


@blp.route("/organisations/<org_id>/owners")
@requires("identity:owners")
@blp.response(200, OwnersShape)
@blp.alt_response(404, "NOT_FOUND")
def owners(org_id: str) -> Any:
    """For notices: whom to mail where no contact of the organisation can be reached."""
    return {"items": organisation_cases.owners(deps(), caller(), org_id)}


@blp.route("/organisations/<org_id>", methods=["PATCH"])
@requires("identity:write")
@blp.arguments(OrganisationChange)
@blp.response(200, OrganisationShape)
@blp.alt_response(412, "PRECONDITION_FAILED")
def change_organisation(body: dict[str, Any], org_id: str) -> Any:
    seen = seen_revision()
    changed = organisation_cases.change_organisation(deps(), caller(), org_id, seen, body)
    return changed, {"ETag": etag_of(changed.revision)}
