"""The routes of the import: signed PDFs first, then the lines that name them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Response

from services.agreements.api.context import deps
from services.agreements.api.import_file import ABOUT_COLUMNS, column_of, rows
from services.agreements.api.media import signed_pdf
from services.agreements.model.imports import ALREADY, IMPORTED, REFUSED, Outcome
from services.agreements.schemas.imports import FileShape, ImportShape
from services.agreements.use_cases import import_jobs, imports
from services.agreements.use_cases.import_jobs import ImportView
from shared.auth import caller, requires
from shared.bodies import accepts, largest_body, whole_body
from shared.headers import located
from shared.idempotency import in_steps
from shared.openapi import Blueprint
from shared.pdfs import PDF
from shared.places import expensive

LARGEST_CSV = 5 * 1024 * 1024
# What is not done by then goes on behind the answer.
SECONDS_IN_REQUEST = 2.0

blp = Blueprint("imports", __name__, url_prefix="/v1", description="Import of signed agreements")


@blp.route("/signed-files", methods=["POST"])
@accepts("application/pdf")
@largest_body(imports.LARGEST_PDF)
@requires("agreements:write")
@in_steps
@blp.response(201, FileShape)
@blp.alt_response(422, "UNPROCESSABLE_ENTITY")
def add_file() -> Any:
    """A signed PDF of up to 16 MiB as the body; its SHA-256 is what a line names it by."""
    added = imports.add_file(deps(), caller(), whole_body(imports.LARGEST_PDF))
    return added, located(f"/signed-files/{added['sha256']}")


@blp.route("/signed-files/<sha256>")
@requires("agreements:read")
@blp.response(200, content_type=PDF)
@blp.alt_response(404, "NOT_FOUND")
def signed_file(sha256: str) -> Response:
    """A signed PDF of yours as you sent it; its ETag is its SHA-256."""
    return signed_pdf(imports.file(deps(), caller(), sha256), sha256)


@blp.route("/imports", methods=["POST"])
@accepts("text/csv")
@largest_body(LARGEST_CSV)
@requires("agreements:write")
@expensive
@in_steps
@blp.doc(description=ABOUT_COLUMNS)
@blp.response(200, ImportShape)
@blp.alt_response(202, schema=ImportShape)
@blp.alt_response(422, "UNPROCESSABLE_ENTITY")
def import_rows() -> Any:
    """A CSV file of up to 1,000 lines: each is imported, known already, or refused with why.

    What takes longer than two seconds goes on behind the answer, which is 202 then, with the
    address of the import in ``Location``.
    """
    ends = time.monotonic() + SECONDS_IN_REQUEST
    read = rows(whole_body(LARGEST_CSV))
    view = import_jobs.start(deps(), caller(), read, lambda: time.monotonic() >= ends)
    address = located(f"/imports/{view.job.id}")
    return _told(view), 202 if view.is_working else 200, address


@blp.route("/imports/<import_id>")
@requires("agreements:read")
@blp.response(200, ImportShape)
@blp.alt_response(404, "NOT_FOUND")
def read_import(import_id: str) -> Any:
    """What has become of the lines of an import so far; it is forgotten after 30 days."""
    return _told(import_jobs.read(deps(), caller(), import_id))


def _told(view: ImportView) -> dict[str, Any]:
    counted = Counter(outcome.status for outcome in view.outcomes)
    shown = [replace(outcome, errors=_by_column(outcome)) for outcome in view.outcomes]
    return {"id": view.job.id, "status": view.job.status, "waiting": view.waiting,
            "imported": counted[IMPORTED], "refused": counted[REFUSED],
            "already_imported": counted[ALREADY], "rows": shown,
            "set_aside": view.set_aside}  # fmt: skip


def _by_column(outcome: Outcome) -> Sequence[Mapping[str, Any]]:
    """The errors as the file has their places: line and column instead of a member of the shape."""
    return [
        {**error, "line": outcome.line, "column": column_of(error["pointer"])}
        for error in outcome.errors
    ]
