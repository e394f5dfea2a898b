"""Shapes of what an agreement says; used both ways."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.agreements.contract.promises import CHOICES
from services.agreements.contract.sentences.clauses import AGREED
from services.agreements.contract.wording import SUBJECTS
from shared.schemas import (
    Country,
    Flag,
    RetentionLength,
    Shape,
    Text,
    by_language,
    one_of,
    texts,
)

CLAUSE_LENGTH = 10_000


class RetentionShape(Shape):
    """How long one kind of data is kept, in a length, in words, or in both."""

    what = Text(300, required=True)
    length = fields.Nested(RetentionLength, load_default=None, allow_none=True)
    rule = Text(500, load_default=None, allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def says_how_long(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("length") and not data.get("rule"):
            raise ValidationError("Give a length, or say in words how long it is kept.", "length")


class ProcessingShape(Shape):
    subject_matter = Text(2_000, load_default=None, allow_none=True)
    duration = Text(2_000, load_default=None, allow_none=True)
    nature = Text(2_000, load_default=None, allow_none=True)
    purpose = Text(2_000, load_default=None, allow_none=True)
    data_categories = texts(300, load_default=list)
    data_subjects = texts(300, load_default=list)
    special_categories = Flag(load_default=False)
    obligations_and_rights = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)
    retention = fields.List(
        fields.Nested(RetentionShape), load_default=list, validate=validate.Length(max=50)
    )


class ClausesShape(Shape):
    instructions = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)
    confidentiality = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)
    security = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)
    sub_processors = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)
    data_subject_rights = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)
    assistance = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)
    end_of_processing = one_of(*CHOICES, load_default=None, allow_none=True)
    audit = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)
    unlawful_instructions = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)
    flow_down = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)
    liability = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)
    sub_processor_audit = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)


class MeasuresShape(Shape):
    """The measures of Art. 32, one text each."""

    technical = texts(1_000, 100, load_default=list)
    organisational = texts(1_000, 100, load_default=list)
    special_categories = texts(1_000, 100, load_default=list)


class AddressShape(Shape):
    street = Text(200, required=True)
    postal_code = Text(20, required=True)
    city = Text(100, required=True)
    country = Country(required=True)


class AnnexShape(Shape):
    """The words of a template for one annex; the facts of its subject stand under them."""

    subject = one_of(*SUBJECTS, required=True)
    heading = by_language(300, required=True)
    text = by_language(CLAUSE_LENGTH, required=True)


class SectionShape(Shape):
    """``says``: which of the agreed contents stand under the text, as sentences."""

    says = one_of(*AGREED, load_default=None, allow_none=True)
    number = Text(20, required=True)
    heading = by_language(300, required=True)
    text = by_language(CLAUSE_LENGTH, required=True)
