"""The routes for a processor's list of customers, which identity reads and sends in batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.agreements.api.context import deps
from services.agreements.api.customer_cells import (
    CELLS,
    HEADINGS,
    candidates,
    cell_error,
    read_row,
)
from services.agreements.contract.contents import Party
from services.agreements.contract.wording import SPOKEN, Template
from services.agreements.model.customers import CustomerOutcome, CustomerRow
from services.agreements.schemas.customers import ColumnsShape, CustomersIn, CustomersOut
from services.agreements.use_cases import customers
from services.agreements.use_cases.parties import party_from
from shared.auth import requires
from shared.idempotency import in_steps
from shared.openapi import Blueprint

blp = Blueprint("customers", __name__, url_prefix="/v1", description="For identity")

Templates = Mapping[str, Template]


@blp.route("/customer-columns")
@requires("agreements:customers")
@blp.response(200, ColumnsShape)
def columns() -> Any:
    """For identity: the columns of a list of customers that speak of agreements."""
    return {
        "columns": [
            {"name": name, "headings": HEADINGS.get(name, ()), "candidates": candidates(name)}
            for name in CELLS
        ]
    }


@blp.route("/customers", methods=["POST"])
@requires("agreements:customers")
@in_steps
@blp.arguments(CustomersIn)
@blp.response(200, CustomersOut)
def add_customers(body: dict[str, Any]) -> Any:
    """For identity: the agreements of up to 200 customers, each drafted, imported, known or
    refused. A batch can be sent again; what is there already stays as it is."""
    processor = _party(body["processor"])
    batch = customers.batch_of(deps(), processor, body["client_id"], dry_run=body["dry_run"])
    known = customers.templates(deps(), processor.id)
    rows = [_row(row, known) for row in body["rows"]]
    return {"outcomes": [_shown(outcome) for outcome in customers.take(deps(), batch, rows)]}


def _row(row: Mapping[str, Any], known: Templates) -> CustomerRow:
    party, cells = _party(row["controller"]), row["cells"]
    template = known.get(cells.get("template", ""))
    base = _base(template, party) if template else None
    contacts = row["controller"]["contacts"]
    members, errors = read_row(cells, contacts, _language(row["controller"]), base)
    errors = [_with_names(error, known) for error in errors]
    if cells.get("template") and template is None and not cells.get("signed_on"):
        errors = [*errors, _unknown_template(known)]
    if members and template:
        members = {**members, "template_id": template.id}
    return CustomerRow(row["row"], party, row["addressed_to"], members, errors)


def _base(template: Template, party: Party) -> Any:
    return customers.published_content(template, party.country, deps().now())


def _language(party: Mapping[str, Any]) -> str:
    """The customer's language, if documents speak it."""
    language = str(party["locale"]).partition("-")[0]
    return language if language in SPOKEN else "en"


def _unknown_template(known: Templates) -> dict[str, Any]:
    why = "You have no template of this name or id."
    error = {"column": "template", "code": "unknown-template", "detail": why}
    return _with_names(error, known)


def _with_names(error: Mapping[str, Any], known: Templates) -> dict[str, Any]:
    """The error; if it asks for a template, with the names of those that there are."""
    names = sorted({template.name for template in known.values()})
    return {**error, "candidates": names} if error["column"] == "template" else dict(error)


def _party(members: Mapping[str, Any]) -> Party:
    return party_from(members)


def _shown(outcome: CustomerOutcome) -> CustomerOutcome:
    """The outcome with its errors by column."""
    errors = [error if "column" in error else cell_error(error) for error in outcome.errors]
    return replace(outcome, errors=errors)
