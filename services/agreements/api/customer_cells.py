"""The cells of a list of customers that speak of an agreement, read into the members of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.agreements.api import term_columns
from services.agreements.api.import_file import (
    COLUMNS,
    column_of,
    content_members,
    errors_of,
    person_of,
    read_cell,
)
from services.agreements.contract.contents import Content
from services.agreements.contract.terms import SHORT_FORM
from services.agreements.schemas.contents import ClausesShape, MeasuresShape, ProcessingShape
from services.agreements.schemas.customers import FromTemplate, SignedElsewhere
from services.agreements.schemas.imports import ImportedContent
from services.agreements.schemas.notice_terms import NoticeTermsShape

# Who the customer is, identity knows; contacts come with the customer.
_OF_IDENTITY = ("controller", "controller_legal_name", "controller_registration_number",
                "controller_country", "contact_name", "contact_position",
                "contact_email")  # fmt: skip
CELLS = ("template", "offer", *(name for name in COLUMNS if name not in _OF_IDENTITY))
OFFERS = {"true": True, "yes": True, "ja": True, "false": False, "no": False, "nej": False}
LONG_FORM = ("notice", "objection")
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "template": ("agreement template", "skabelon", "avtalsmall", "mall"),
    "offer": ("send offer", "tilbyd", "erbjud"),
    "reference": ("agreement reference", "agreement number", "contract number", "aftalenummer",
                  "aftalereference", "avtalsnummer", "avtalsreferens"),
    "signed_on": ("signed", "date signed", "signing date", "underskrevet", "underskriftsdato",
                  "undertecknat", "undertecknad"),
    "products": ("product", "services", "service", "produkter", "produkt", "ydelser", "tjänster"),
    "effective_from": ("in force from", "start date", "effective date", "gælder fra",
                       "ikrafttræden", "startdato", "gäller från", "startdatum"),
    "expires_on": ("end date", "expires", "udløber", "slutdato", "slutdatum", "upphör"),
    "governing_law": ("law", "applicable law", "lovvalg", "lagval", "tillämplig lag"),
    "notice_days": ("notice", "notice period", "notice period days", "days of notice", "varsel",
                    "varsel dage", "varsling", "varslingsdage", "varslingsfrist", "varslingstid",
                    "förvarning", "förvarning dagar", "varseltid"),
    "objection_days": ("objection period", "days to object", "indsigelsesfrist",
                       "invändningsfrist"),
    "language": ("agreement language", "aftalesprog", "avtalsspråk"),
}  # fmt: skip
TERMS = NoticeTermsShape()
# A column that may say in a word that the agreement names no number.
NO_NUMBER, NONE = ("notice_days", "objection_days"), ("none", "ingen", "inga", "inget", "intet")
REQUIRED = "Missing data for required field."


def candidates(column: str) -> list[str]:
    """The values that a cell of this column may hold; none where any text may stand."""
    if column in term_columns.FLAGS or column == "offer":
        return list(term_columns.SAID)
    path = term_columns.COLUMNS.get(column, (column,))
    for schema in (TERMS, ImportedContent(), ClausesShape()):
        if choices := _choices(schema, path):
            return choices
    return []


def _choices(schema: Schema, path: Sequence[str]) -> list[str]:
    field: Any = schema.fields.get(path[0])
    for name in path[1:]:
        if not isinstance(field, fields.Nested):
            return []
        field = field.schema.fields.get(name)
    inner = field.inner if isinstance(field, fields.List) else field
    of = next((one for one in getattr(inner, "validators", ()) if isinstance(one, validate.OneOf)),
              None)  # fmt: skip
    return [str(choice) for choice in of.choices] if of else []


def read_row(
    cells: Mapping[str, str], contacts: Sequence[Mapping[str, Any]], language: str,
    base: Content | None,
) -> tuple[Mapping[str, Any] | None, list[dict[str, Any]]]:  # fmt: skip
    """What the cells say, or None; and what is wrong with them, by column.

    ``base``: what a published template says by itself. ``language``: the customer's.
    """
    values = {name: _value(name, text.strip()) for name, text in cells.items() if text.strip()}
    if not values.keys() - {"products", "reference"}:
        return None, []
    if "template" not in values and "signed_on" not in values:
        why = "Name a template for a draft, or the day on which the agreement was signed."
        return None, [{"column": "template", "code": "required", "detail": why, "candidates": []}]
    members = {"language": language, **_based(values, base)}
    members["notice_terms"]["contacts"] = [dict(contact) for contact in contacts]
    unsaid = list(_unsaid(members["notice_terms"], values))
    shape = SignedElsewhere() if "signed_on" in values else FromTemplate()
    try:
        loaded = shape.load({**_own(values), "content": members})
    except ValidationError as wrong:
        return None, [*_by_column(wrong.messages), *unsaid]
    return (None, unsaid) if unsaid else (loaded, [])


def _unsaid(terms: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The days to object, where nothing says them: without them customers would be told of no last
    day, though their agreement may name one. ``none`` says that it names none."""
    says = {"objection_days", "objection"} & {*terms}
    if not says and not any(name.startswith("objection_") for name in values):
        yield {"column": "objection_days", "code": "required", "detail": REQUIRED, "candidates": []}


def _value(name: str, text: str) -> Any:
    return None if name in NO_NUMBER and text.lower() in NONE else read_cell(name, text)


def _own(values: Mapping[str, Any]) -> dict[str, Any]:
    names = ("reference", "signed_on", "pdf_sha256")
    if "signed_on" not in values:
        own = {name: values[name] for name in ("reference", "template") if name in values}
        offer = {"offer": OFFERS.get(values["offer"].lower(), "?")} if "offer" in values else {}
        return {**own, **offer}
    own = {name: values[name] for name in names if name in values}
    own["processor_signatory"] = person_of(values, "processor", "title")
    signed = person_of(values, "controller", "title")
    return {**own, **({"controller_signatory": signed} if signed else {})}


def _based(values: Mapping[str, Any], base: Content | None) -> dict[str, Any]:
    """The contents that the cells say, over those of a published template."""
    said = content_members(values)
    if base is None:
        return said
    below = _wire(base)
    terms = below["notice_terms"]
    if any(name in values for name in SHORT_FORM):
        terms = {name: value for name, value in terms.items() if name not in LONG_FORM}
    return {
        **below, **said,
        "notice_terms": {**terms, **said["notice_terms"]},
        "processing": {**below["processing"], **said["processing"]},
        "clauses": {**below["clauses"], **said["clauses"]},
    }  # fmt: skip


def _wire(content: Content) -> dict[str, Any]:
    """The contents as they are sent."""
    plain = ("governing_law", "language", "authorisation", "breach_notice_hours", "deletion_days",
             "backup_days", "transfer_instructions", "region")  # fmt: skip
    return {
        **{name: getattr(content, name) for name in plain},
        "products": list(content.products),
        "measures": MeasuresShape().dump(content.measures),
        "processing": ProcessingShape().dump(content.processing),
        "clauses": ClausesShape().dump(content.clauses),
        "notice_terms": TERMS.dump(content.notice_terms),
    }


def _by_column(messages: Any) -> Iterator[dict[str, Any]]:
    for error in errors_of("", messages):
        yield cell_error(error)


def cell_error(error: Mapping[str, Any]) -> dict[str, Any]:
    """An error with its column in place of the member of the shape."""
    pointer = str(error.get("pointer", ""))
    column = pointer.strip("/").removesuffix("_id")
    known = next((name for name in (column, column_of(pointer)) if name in CELLS), None)
    code = "required" if error["detail"] == REQUIRED else error["code"]
    return {"column": known, "code": code, "detail": str(error["detail"]),
            "candidates": candidates(known) if known else []}  # fmt: skip
