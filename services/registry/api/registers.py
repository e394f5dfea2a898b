"""Registers: the list of any day, its history and its transfers."""

from __future__ import annotations

from typing import Any

from flask import jsonify

from services.registry.api.context import PROCESSOR, deps, page_request
from services.registry.schemas.entries import EntryList, EntryShape
from services.registry.schemas.records import NewRecord
from services.registry.schemas.registers import (
    AdoptedShape,
    AsOfQuery,
    Baseline,
    DiffList,
    DiffQuery,
    ListQuery,
    PublicEntries,
    PublicKeysAsked,
    PublicListShape,
    RegisterEdit,
    RegisterPage,
    RegisterShape,
    TransferList,
    TransfersQuery,
)
from services.registry.use_cases import adopting, records, registers
from shared.auth import caller, caller_if_known, public, requires
from shared.headers import etag_of, located, seen_revision, seen_revision_if_named
from shared.openapi import Blueprint
from shared.places import expensive
from shared.schemas import PageArgs

blp = Blueprint("registers", __name__, url_prefix="/v1", description="Registers")


@blp.route("/processors")
@public()
@blp.arguments(PageArgs, location="query")
@blp.response(200, RegisterPage)
def published(query: dict[str, Any]) -> Any:
    """The registers that are published here."""
    return registers.published(deps(), page_request(query))


@blp.route(PROCESSOR)
@public()
@blp.response(200, RegisterShape)
@blp.alt_response(404, "NOT_FOUND")
def profile(slug: str) -> Any:
    """A processor, and how far the ledger of its register has come.

    A register that is not published is there for its processor and its customers only."""
    return _shown(registers.profile(deps(), caller_if_known(), slug))


@blp.route(PROCESSOR, methods=["PATCH"])
@requires("registry:write")
@blp.arguments(RegisterEdit)
@blp.response(200, RegisterShape)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(412, "PRECONDITION_FAILED")
def amend(body: dict[str, Any], slug: str) -> Any:
    """State the laws that transfers are judged by, and the periods of agreements without a number.

    The strictest verdict stands on top. Notices that were given keep their days.
    """
    return _shown(registers.amend(deps(), caller(), slug, seen_revision(), body))


def _shown(profile: dict[str, Any]) -> Any:
    """With the ``ETag`` of the register: how far its ledger has come."""
    return profile, {"ETag": etag_of(profile["sequence"])}


@blp.route(f"{PROCESSOR}/baseline", methods=["POST"])
@requires("registry:write")
@blp.arguments(Baseline)
@blp.response(201, AdoptedShape)
@blp.alt_response(409, "CONFLICT")
def adopt(body: dict[str, Any], slug: str) -> Any:
    """Take over the list a processor already has; once, while the register is empty.

    ``valid_from`` of an entry: the day since which it is on the list, if not that of the list."""
    profile = adopting.adopt(deps(), caller(), slug, body["valid_from"], body["sub_processors"])
    return profile, located(f"/processors/{slug}")


@blp.route(f"{PROCESSOR}/sub-processors")
@requires("registry:read")
@expensive
@blp.arguments(ListQuery, location="query")
@blp.response(200, EntryList)
@blp.alt_response(404, "NOT_FOUND")
def entries(query: dict[str, Any], slug: str) -> Any:
    """The list of a day, as known now or as known at an instant."""
    return {"items": registers.entries(deps(), caller(), slug, **query)}


@blp.route(f"{PROCESSOR}/public-list")
@requires("registry:read")
@blp.arguments(AsOfQuery, location="query")
@blp.response(200, PublicListShape)
@blp.alt_response(404, "NOT_FOUND")
def public_keys(query: dict[str, Any], slug: str) -> Any:
    """The list of a day for the page, by keys: one key is one entry with the same verdicts."""
    return registers.public_keys(deps(), caller(), slug, query["as_of"])


@blp.route(f"{PROCESSOR}/public-list", methods=["POST"])
@requires("registry:read")
@blp.arguments(PublicKeysAsked)
@blp.response(200)
@blp.alt_response(200, schema=PublicEntries)
@blp.alt_response(404, "NOT_FOUND")
def public_entries(body: dict[str, Any], slug: str) -> Any:
    """The entries with these keys as anybody may see them; it changes nothing."""
    found = registers.public_entries(deps(), caller(), slug, body["as_of"], body["keys"])
    return jsonify(found)


@blp.route(f"{PROCESSOR}/sub-processors/<sub_id>")
@requires("registry:read")
@expensive
@blp.arguments(AsOfQuery, location="query")
@blp.response(200, EntryShape)
@blp.alt_response(404, "NOT_FOUND")
def entry(query: dict[str, Any], slug: str, sub_id: str) -> Any:
    """One entry as the list of a day has it; its ``ETag`` is its version."""
    return _entry_shown(registers.entry(deps(), caller(), slug, sub_id, query["as_of"]))


@blp.route(f"{PROCESSOR}/sub-processors/<sub_id>/records", methods=["POST"])
@requires("registry:write")
@blp.arguments(NewRecord)
@blp.response(200, EntryShape)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
@blp.alt_response(412, "PRECONDITION_FAILED")
def record(body: dict[str, Any], slug: str, sub_id: str) -> Any:
    """Record evidence, a look-up, a spelling, a contact, a further language: from today on, without
    notice. What is material is refused (409 ``notice-owed``): draft a change of it.

    A look-up, a lapse or a lost basis is always recorded; where a transfer rests on less by it, the
    customers get ``transfer.basis_lost``. With ``If-Match``: only of the version as it was read.
    """
    seen = seen_revision_if_named()
    return _entry_shown(records.record(deps(), caller(), slug, sub_id, seen, body))


def _entry_shown(entry: dict[str, Any]) -> Any:
    return entry, {"ETag": etag_of(entry["version"])}


@blp.route(f"{PROCESSOR}/sub-processors/<sub_id>/versions")
@requires("registry:read")
@blp.response(200, EntryList)
@blp.alt_response(404, "NOT_FOUND")
def versions(slug: str, sub_id: str) -> Any:
    return {"items": registers.versions(deps(), caller(), slug, sub_id)}


@blp.route(f"{PROCESSOR}/diff")
@requires("registry:read")
@expensive
@blp.arguments(DiffQuery, location="query")
@blp.response(200, DiffList)
@blp.alt_response(404, "NOT_FOUND")
def diff(query: dict[str, Any], slug: str) -> Any:
    """What differs between the lists of two days."""
    found = registers.diff(deps(), caller(), slug, query["first"], query["second"])
    return {"items": found}


@blp.route(f"{PROCESSOR}/transfers")
@requires("registry:read")
@expensive
@blp.arguments(TransfersQuery, location="query")
@blp.response(200, TransferList)
@blp.alt_response(404, "NOT_FOUND")
def transfers(query: dict[str, Any], slug: str) -> Any:
    """Every place of every entry with its verdict."""
    found = registers.transfers(deps(), caller(), slug, query["as_of"], query["horizon_days"])
    return {"items": found}
