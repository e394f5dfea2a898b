"""The routes by which a processor brings its customers in one spreadsheet."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from flask import request

from services.identity.api.context import deps
from services.identity.importing import wording
from services.identity.schemas.customer_imports import (
    ABOUT_COLUMNS,
    AnswersIn,
    ImportBegun,
    ImportPage,
    ImportQuery,
    ImportShape,
    RowPage,
    RowQuery,
)
from services.identity.use_cases import customer_imports
from shared.auth import caller, requires
from shared.bodies import accepts, kind_of_body, largest_body, whole_body
from shared.idempotency import in_steps
from shared.importing.country_names import LANGUAGES
from shared.openapi import Blueprint
from shared.pagination import PageRequest
from shared.places import expensive
from shared.schemas import PageArgs

LARGEST_FILE = 16 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Media types and the kinds of file they stand for.
TYPES = {"text/csv": "csv", XLSX: "xlsx"}
IMPORT = "/customers/imports/<import_id>"

blp = Blueprint("customers", __name__, url_prefix="/v1", description="Import of customers")


@blp.route("/customers/import", methods=["POST"])
@accepts(*TYPES)
@largest_body(LARGEST_FILE)
@requires("identity:write")
@expensive
@in_steps
@blp.arguments(ImportQuery, location="query")
@blp.doc(description=ABOUT_COLUMNS)
@blp.response(202, ImportBegun)
@blp.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
@blp.alt_response(429, "TOO_MANY_REQUESTS")
def begin(query: dict[str, Any]) -> Any:
    """Take a list of customers as CSV or XLSX, of up to 10,000 rows: each becomes an organisation
    with contacts, and a draft, an offer or an agreement that waits for its customer, or questions
    first. A refused row stops no other. The same file again adds nothing. ``dry_run`` adds nothing
    either; ``ask_again`` asks what earlier imports were answered."""
    charset = request.mimetype_params.get("charset", "utf-8")
    file = (_body(), kind_of_body(TYPES), charset)
    job = customer_imports.receive(deps(), caller(), query, file)
    return job, {"Location": f"/identity/v1/customers/imports/{job.id}"}


def _body() -> BinaryIO:
    return io.BytesIO(whole_body(LARGEST_FILE))


@blp.route("/customers/imports")
@requires("identity:read")
@blp.arguments(PageArgs, location="query")
@blp.response(200, ImportPage)
def imports(query: dict[str, Any]) -> Any:
    """Your imports of customers; each is forgotten after 30 days, what it added is not."""
    return customer_imports.imports(deps(), caller(), _page(query))


@blp.route(IMPORT)
@requires("identity:read")
@blp.response(200, ImportShape)
@blp.alt_response(404, "NOT_FOUND")
def report(import_id: str) -> Any:
    """How far it has come: rows done of all, what they became, what is asked and refused."""
    return _in_words(customer_imports.report(deps(), caller(), import_id))


@blp.route(f"{IMPORT}/rows")
@requires("identity:read")
@blp.arguments(RowQuery, location="query")
@blp.response(200, RowPage)
@blp.alt_response(404, "NOT_FOUND")
def rows(query: dict[str, Any], import_id: str) -> Any:
    """What became of each row."""
    page = customer_imports.rows(deps(), caller(), import_id, query["state"], _page(query))
    return _answer(wording.rows_in(_language(), page))


@blp.route(f"{IMPORT}/answers", methods=["POST"])
@requires("identity:write")
@blp.arguments(AnswersIn)
@blp.response(200, ImportShape)
@blp.alt_response(409, "CONFLICT")
@blp.alt_response(422, "UNPROCESSABLE_ENTITY")
def answer(body: dict[str, Any], import_id: str) -> Any:
    """Answer open questions: what a column holds, or what a cell means. No value: the cell is left
    empty. ``everywhere``: the same question in other rows, and in imports to come."""
    return _in_words(customer_imports.answer(deps(), caller(), import_id, body["answers"]))


@blp.route(f"{IMPORT}/cancel", methods=["POST"])
@requires("identity:write")
@blp.response(200, ImportShape)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
def cancel(import_id: str) -> Any:
    """End it: no further row is read. What it has added stays."""
    return _in_words(customer_imports.cancel(deps(), caller(), import_id))


def _in_words(report: dict[str, Any]) -> Any:
    """The report in the language that the request accepts."""
    return _answer(wording.report_in(_language(), report))


def _answer(body: Any) -> Any:
    return body, {"Content-Language": _language(), "Vary": "Accept-Language"}


def _language() -> str:
    """Danish of any country is Danish; English where nothing else fits."""
    accepted = (tag.partition("-")[0].lower() for tag, weight in request.accept_languages if weight)
    return next((tag for tag in accepted if tag in LANGUAGES), "en")


def _page(query: dict[str, Any]) -> PageRequest:
    return PageRequest(query["limit"], query["cursor"])
