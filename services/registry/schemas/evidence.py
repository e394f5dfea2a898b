"""Shapes of files, transfer impact assessments, and the requests of customers for evidence."""

from __future__ import annotations

from marshmallow import fields, validate

from services.registry.transfers.members import CONCLUSIONS
from shared.schemas import (
    Country,
    Day,
    Instant,
    Language,
    Line,
    Shape,
    Text,
    one_of,
    page_of,
)

RISKS = ("low", "medium", "high")
MEASURE_KINDS = ("technical", "contractual", "organisational")


class FileQuery(Shape):
    name = Line(200, load_default="document.pdf")


class GivenFileShape(Shape):
    id = fields.String()
    name = fields.String()
    media_type = fields.String()
    bytes = fields.Integer()
    sha256 = fields.String()


class FileShape(GivenFileShape):
    created_at = Instant()
    used_at = Instant(allow_none=True)


class RiskShape(Shape):
    level = one_of(*RISKS, required=True)
    text = Text(10_000, required=True)


class MeasureShape(Shape):
    kind = one_of(*MEASURE_KINDS, required=True)
    text = Text(4_000, required=True)
    review_on = Day(load_default=None, allow_none=True)


class ConclusionShape(Shape):
    outcome = one_of(*CONCLUSIONS, required=True)
    text = Text(10_000, required=True)


class NewAssessment(Shape):
    """``law``: law and practice of the place, as far as they reach the data transferred."""

    language = Language(required=True)
    country = Country(load_default=None, allow_none=True)
    organisation = Text(20, load_default=None, allow_none=True)
    law = Text(20_000, required=True)
    risk = fields.Nested(RiskShape, required=True)
    measures = fields.List(
        fields.Nested(MeasureShape), load_default=list, validate=validate.Length(max=30)
    )
    conclusion = fields.Nested(ConclusionShape, required=True)
    carried_out_on = Day(required=True)
    carried_out_by = Line(200, required=True)
    review_on = Day(load_default=None, allow_none=True)
    file_id = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=60))


class GivenAssessmentShape(NewAssessment):
    """``next_review_on``: the first day to look again at it or at one of its measures."""

    class Meta(Shape.Meta):
        exclude = ("file_id",)

    id = fields.String()
    recorded_at = Instant()
    next_review_on = Day(allow_none=True)
    file = fields.Nested(GivenFileShape, allow_none=True)


class AssessmentShape(NewAssessment):
    id = fields.String()
    recorded_at = Instant()
    recorded_by = fields.String()
    next_review_on = Day(allow_none=True)
    file = fields.Nested(FileShape, allow_none=True)


class PlaceShape(Shape):
    country = fields.String(allow_none=True)
    region = fields.String(allow_none=True)
    organisation = fields.String(allow_none=True)
    kind = fields.String()


class GivenShape(Shape):
    """The evidence of one mechanism; ``assessment_id`` is null where it names no record here."""

    version = fields.Integer()
    valid_from = Day()
    place = fields.Nested(PlaceShape)
    instrument_id = fields.String()
    role = fields.String()
    evidence = fields.Dict(keys=fields.String())
    assessment_id = fields.String(allow_none=True)


class RequestLine(Shape):
    """One request in a list."""

    id = fields.String()
    processor_id = fields.String()
    controller_id = fields.String()
    sub_processor_id = fields.String()
    legal_name = fields.String()
    requested_at = Instant()


class EvidenceShape(RequestLine):
    given = fields.List(fields.Nested(GivenShape))
    assessments = fields.List(fields.Nested(GivenAssessmentShape))


FilePage = page_of(FileShape)
AssessmentPage = page_of(AssessmentShape)
RequestPage = page_of(RequestLine)
