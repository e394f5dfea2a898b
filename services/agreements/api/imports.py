"""The routes of the import: signed PDFs first, then the lines that name them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.agreements.api.context import deps
from services.agreements.api.import_file import ABOUT_COLUMNS, column_of, rows
from services.agreements.schemas.imports import FileShape, ImportShape
from services.agreements.use_cases import imports
from services.agreements.use_cases.imports import Outcome
from shared.auth import caller, requires
from shared.bodies import accepts, largest_body, whole_body
from shared.idempotency import in_steps
from shared.openapi import Blueprint
from shared.places import expensive

LARGEST_CSV = 5 * 1024 * 1024

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
    return imports.add_file(deps(), caller(), whole_body(imports.LARGEST_PDF))


@blp.route("/imports", methods=["POST"])
@accepts("text/csv")
@largest_body(LARGEST_CSV)
@requires("agreements:write")
@expensive
@in_steps
@blp.doc(description=ABOUT_COLUMNS)
@blp.response(200, ImportShape)
@blp.alt_response(422, "UNPROCESSABLE_ENTITY")
def import_rows() -> Any:
    """A CSV file of up to 1,000 lines: each is imported, known already, or refused with why."""
    found = imports.import_rows(deps(), caller(), rows(whole_body(LARGEST_CSV)))
    counted = Counter(each.status for each in found)
    shown = [replace(each, errors=_by_column(each)) for each in found]
    return {"imported": counted[imports.IMPORTED], "refused": counted[imports.REFUSED],
            "already_imported": counted[imports.ALREADY], "rows": shown}  # fmt: skip


def _by_column(outcome: Outcome) -> Sequence[Mapping[str, Any]]:
    """The errors as the file has their places: line and column instead of a member of the shape."""
    return [
        {**each, "line": outcome.line, "column": column_of(each["pointer"])}
        for each in outcome.errors
    ]
