"""Imports and exports: lists as vendors publish them become drafts; the register goes out whole."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, cast

from flask import Response, request, stream_with_context

from services.registry.api.context import PROCESSOR, body_stream, deps, page_request
from services.registry.schemas.imports import (
    AnswersIn,
    ExportShape,
    ImportBegun,
    ImportQuery,
    ImportShape,
    RowPage,
    RowQuery,
)
from services.registry.schemas.registers import AsOfQuery
from services.registry.use_cases import exports, imports
from shared.auth import caller, requires
from shared.bodies import accepts, kind_of_body, largest_body
from shared.errors import TooLarge
from shared.headers import located
from shared.idempotency import in_steps
from shared.openapi import Blueprint
from shared.places import expensive
from shared.safe_text import disposition

blp = Blueprint("imports", __name__, url_prefix="/v1", description="Import and export")

LARGEST_FILE = 16 * 1024 * 1024
IMPORT = f"{PROCESSOR}/imports/<import_id>"
CSV = "text/csv"
TEXT: dict[str, Any] = {"schema": {"type": "string"}}
# Media types and the kinds of file they stand for.
TYPES = {
    CSV: "csv",
    "application/json": "json",
    "application/yaml": "yaml",
    "text/html": "html",
    "text/markdown": "markdown",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}
FILES = {
    **dict.fromkeys(TYPES, TEXT),
    "application/json": {
        "schema": {
            "type": ["array", "object"],
            "items": {"type": "object"},
            "description": "Rows, or an object with a list.",
        }
    },
}


class FileTooLarge(TooLarge):
    """A file has at most 16 MiB; import it in parts."""


@blp.route(f"{PROCESSOR}/import", methods=["POST"])
@accepts(*TYPES)
@largest_body(LARGEST_FILE)
@requires("registry:write")
@expensive
@in_steps
@blp.arguments(ImportQuery, location="query")
@blp.doc(requestBody={"required": True, "content": FILES})
@blp.response(202, ImportBegun)
@blp.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
@blp.alt_response(429, "TOO_MANY_REQUESTS")
def begin(query: dict[str, Any], slug: str) -> Any:
    """Take a list as CSV, XLSX, JSON, YAML, HTML or Markdown, of up to 10,000 rows; they become
    draft changes, or questions first. Into the ``baseline`` of an empty register they become its
    first list, all of them or none, each since the day that its row names. ``dry_run`` makes no
    drafts; ``ask_again`` asks what earlier imports were answered. Up to five imports of a processor
    are read at a time; one more is refused with 429."""
    file = (_body(), kind_of_body(TYPES), request.mimetype_params.get("charset", "utf-8"))
    job = imports.receive(deps(), caller(), slug, query, file)
    return job, located(f"/processors/{slug}/imports/{job.id}")


@blp.route(IMPORT)
@requires("registry:read")
@blp.response(200, ImportShape)
@blp.alt_response(404, "NOT_FOUND")
def report(slug: str, import_id: str) -> Any:
    """How far it has come; the first 200 refused rows and open questions. ``failed``: reading it
    failed several times and is no longer tried; ``failure`` says what to do."""
    return imports.report(deps(), caller(), slug, import_id)


@blp.route(f"{IMPORT}/rows")
@requires("registry:read")
@blp.arguments(RowQuery, location="query")
@blp.response(200, RowPage)
@blp.alt_response(404, "NOT_FOUND")
def rows(query: dict[str, Any], slug: str, import_id: str) -> Any:
    """What became of each row."""
    return imports.rows(deps(), caller(), slug, import_id, query["state"], page_request(query))


@blp.route(f"{IMPORT}/answers", methods=["POST"])
@requires("registry:write")
@blp.arguments(AnswersIn)
@blp.response(200, ImportShape)
@blp.alt_response(422, "UNPROCESSABLE_ENTITY")
def answer(body: dict[str, Any], slug: str, import_id: str) -> Any:
    """Answer open questions; ``everywhere``: the same question in other rows too."""
    return imports.answer(deps(), caller(), slug, import_id, body["answers"])


@blp.route(f"{PROCESSOR}/export.json")
@requires("registry:read")
@expensive
@blp.arguments(AsOfQuery, location="query")
@blp.response(200, ExportShape)
@blp.alt_response(404, "NOT_FOUND")
def export_json(query: dict[str, Any], slug: str) -> Any:
    """The register of a day with all it holds."""
    return exports.export(deps(), caller(), slug, query["as_of"])


@blp.route(f"{PROCESSOR}/export.csv")
@requires("registry:read")
@expensive
@blp.arguments(AsOfQuery, location="query")
@blp.response(200, content_type=CSV)
@blp.alt_response(404, "NOT_FOUND")
def export_csv(query: dict[str, Any], slug: str) -> Any:
    """The same as CSV, one line for each place."""
    lines = exports.export_csv(deps(), caller(), slug, query["as_of"])
    response = Response(stream_with_context(lines), content_type=f"{CSV}; charset=utf-8")
    response.headers["Content-Disposition"] = disposition("attachment", f"{slug}.csv")
    return response


class _Bounded(io.RawIOBase):
    """The body as it comes in; ``FileTooLarge`` once it is longer than allowed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._left = stream, LARGEST_FILE

    def read(self, size: int = -1) -> bytes:
        read = self._stream.read(size)
        self._left -= len(read)
        if self._left < 0:
            raise FileTooLarge
        return read


def _body() -> BinaryIO:
    return cast("BinaryIO", _Bounded(body_stream()))
