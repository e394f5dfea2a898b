"""The routes of signing at an outside provider: set one, ask it, and hear what it reports."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import request

from services.agreements.api.context import deps, page_request
from services.agreements.model.outside_signatures import SignatureProvider, SignatureRequest
from services.agreements.schemas.outside_signatures import (
    LONGEST_EVIDENCE,
    NewSignatureProvider,
    NewSignatureRequest,
    ReportTakenShape,
    SignatureProviderShape,
    SignatureProviderWithSecret,
    SignatureReport,
    SignatureRequestPage,
    SignatureRequestShape,
)
from services.agreements.use_cases import signature_reports, signature_requests
from shared.auth import caller, public, requires
from shared.bodies import largest_body, whole_body
from shared.headers import located
from shared.idempotency import in_steps
from shared.openapi import Blueprint
from shared.pagination import Page
from shared.schemas import PageArgs

blp = Blueprint("outside_signatures", __name__, url_prefix="/v1",
                description="Signed at an outside provider")  # fmt: skip

LARGEST_REPORT = LONGEST_EVIDENCE + 64 * 1024
REQUESTS = "/agreements/<agreement_id>/signature-requests"
View = TypeVar("View", bound=Callable[..., Any])


def _signed_by_provider(view: View) -> View:
    @functools.wraps(view)
    def guarded(signature_request_id: str) -> Any:
        raw = whole_body(LARGEST_REPORT)
        headers = {name.lower(): value for name, value in request.headers}
        signature_reports.check_signature(deps(), signature_request_id, headers, raw)
        return view(signature_request_id=signature_request_id)

    return cast("View", guarded)


@blp.route("/signature-provider")
@requires("agreements:read")
@blp.response(200, SignatureProviderShape)
@blp.alt_response(404, "NOT_FOUND")
def provider() -> SignatureProvider:
    """Where your agreements are signed outside."""
    return signature_requests.provider(deps(), caller())


@blp.route("/signature-provider", methods=["PUT"])
@requires("agreements:write")
@blp.arguments(NewSignatureProvider)
@blp.response(200, SignatureProviderWithSecret)
def set_provider(body: dict[str, Any]) -> dict[str, Any]:
    """Set it, or get a new secret for it; the old secret ends at once."""
    made, secret = signature_requests.set_provider(deps(), caller(), body["url"])
    return {**vars(made), "secret": secret}


@blp.route("/signature-provider", methods=["DELETE"])
@requires("agreements:write")
@blp.response(204)
@blp.alt_response(404, "NOT_FOUND")
def remove_provider() -> None:
    """Nothing more is sent to it, and its reports are refused."""
    signature_requests.remove_provider(deps(), caller())


@blp.route(REQUESTS, methods=["POST"])
@requires("agreements:write")
@blp.arguments(NewSignatureRequest)
@blp.response(201, SignatureRequestShape)
@blp.alt_response(409, "CONFLICT")
def ask(body: dict[str, Any], agreement_id: str) -> Any:
    """Have the version on offer signed at your provider; it is sent there within seconds."""
    made = signature_requests.ask(deps(), caller(), agreement_id, body)
    return made, located(f"/agreements/{agreement_id}/signature-requests")


@blp.route(REQUESTS)
@requires("agreements:read")
@blp.arguments(PageArgs, location="query")
@blp.response(200, SignatureRequestPage)
@blp.alt_response(404, "NOT_FOUND")
def of_agreement(query: dict[str, Any], agreement_id: str) -> Page:
    """What was asked of the provider for this agreement, the newest first, and what came of it."""
    return signature_requests.of_agreement(deps(), caller(), agreement_id, page_request(query))


@blp.route("/signature-reports/<signature_request_id>", methods=["POST"])
@largest_body(LARGEST_REPORT)
@public()
@in_steps
@_signed_by_provider
@blp.arguments(SignatureReport)
@blp.response(200, ReportTakenShape)
@blp.alt_response(401, "UNAUTHORIZED")
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
def report(body: dict[str, Any], signature_request_id: str) -> SignatureRequest:
    """The provider reports, signed as webhooks are (Standard Webhooks) by its secret."""
    sha256 = hashlib.sha256(request.get_data(cache=True)).hexdigest()
    return signature_reports.take(deps(), signature_request_id, sha256, body)
