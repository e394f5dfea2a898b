"""Shapes of templates and of self-serve."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.agreements.contract.contents import AUTHORISATIONS
from services.agreements.contract.shortfalls import SETTLED
from services.agreements.contract.wording import SUBJECTS
from services.agreements.schemas.agreements import NewParty
from services.agreements.schemas.contents import (
    AnnexShape,
    ClausesShape,
    MeasuresShape,
    ProcessingShape,
    SectionShape,
)
from services.agreements.schemas.notice_terms import NoticeTermsShape
from shared.schemas import (
    Country,
    Day,
    Email,
    Instant,
    Language,
    Line,
    PageArgs,
    Region,
    Shape,
    Text,
    Whole,
    one_of,
    page_of,
    texts,
)


class LawRule(Shape):
    """``default`` holds unless ``by_country`` has the customer's country."""

    default = Region(required=True)
    by_country = fields.Dict(keys=Country(), values=Region(), load_default=dict)


class LanguageRule(Shape):
    default = Language(required=True)
    by_country = fields.Dict(keys=Country(), values=Language(), load_default=dict)


class RegionRule(Shape):
    default = Text(100, required=True)
    by_country = fields.Dict(keys=Country(), values=Text(100), load_default=dict)


class ContentsInShape(Shape):
    """The contents that are texts, in one language."""

    processing = fields.Nested(ProcessingShape, required=True)
    clauses = fields.Nested(ClausesShape, required=True)
    measures = fields.Nested(
        MeasuresShape, load_default=lambda: {"technical": [], "organisational": []}
    )
    transfer_instructions = Text(4_000, load_default=None, allow_none=True)
    region = Text(100, load_default=None, allow_none=True)


class PublishedShape(Shape):
    """The terms on which customers may serve themselves; the first of ``notice_options`` is
    what they get when they name none. ``contents_language``: that of the texts here, by default
    ``language.default``; ``texts``: the same in other languages.
    """

    processing = fields.Nested(ProcessingShape, required=True)
    authorisation = one_of(*AUTHORISATIONS, required=True)
    notice_options = fields.List(
        fields.Nested(NoticeTermsShape), required=True, validate=validate.Length(min=1, max=20)
    )
    clauses = fields.Nested(ClausesShape, required=True)
    governing_law = fields.Nested(LawRule, required=True)
    language = fields.Nested(LanguageRule, required=True)
    region = fields.Nested(RegionRule, load_default=None, allow_none=True)
    measures = fields.Nested(
        MeasuresShape, load_default=lambda: {"technical": [], "organisational": []}
    )
    transfer_instructions = Text(4_000, load_default=None, allow_none=True)
    breach_notice_hours = Whole(1, 8_760, load_default=None, allow_none=True)
    deletion_days = Whole(0, 3_650, load_default=None, allow_none=True)
    backup_days = Whole(0, 3_650, load_default=None, allow_none=True)
    products = texts(100, 50, load_default=list)
    contents_language = Language(load_default=None, allow_none=True)
    texts = fields.Dict(keys=Language(), values=fields.Nested(ContentsInShape), load_default=dict)


class NewTemplate(Shape):
    """``covers``: by member of the contents, the number of the section that settles it."""

    name = Line(200, required=True)
    reference = Text(300, load_default=None, allow_none=True)
    sections = fields.List(
        fields.Nested(SectionShape), required=True, validate=validate.Length(min=1, max=100)
    )
    replaces = Text(80, load_default=None, allow_none=True)
    published = fields.Nested(PublishedShape, load_default=None, allow_none=True)
    covers = fields.Dict(keys=one_of(*SETTLED), values=Text(20), load_default=dict)
    annexes = fields.List(
        fields.Nested(AnnexShape), load_default=list, validate=validate.Length(max=len(SUBJECTS))
    )

    @validates_schema(skip_on_field_errors=True)
    def check_sections(self, body: dict[str, Any], **_: Any) -> None:
        """Raises ``ValidationError`` for a section that the template does not have."""
        numbers = {section["number"] for section in body["sections"]}
        wrong = {name: ["The template has no section of this number."]
                 for name, number in body["covers"].items() if number not in numbers}  # fmt: skip
        if wrong:
            raise ValidationError({"covers": wrong})

    @validates_schema(skip_on_field_errors=True)
    def check_annexes(self, body: dict[str, Any], **_: Any) -> None:
        """Raises ``ValidationError`` for a second annex about the same subject."""
        subjects = [annex["subject"] for annex in body["annexes"]]
        if len(set(subjects)) < len(subjects):
            raise ValidationError({"annexes": ["There is one annex for each subject."]})


class TemplateShape(Shape):
    """``missing_languages``: those that the published terms promise and have no contents in;
    documents for them are in the language of the contents."""

    id = fields.String()
    name = fields.String()
    kind = fields.String()
    built_in = fields.Boolean()
    reference = fields.String(allow_none=True)
    languages = fields.List(fields.String())
    missing_languages = fields.List(fields.String())
    sections = fields.List(fields.Nested(SectionShape))
    version = fields.Integer()
    replaces = fields.String(allow_none=True)
    published = fields.Nested(PublishedShape, allow_none=True)
    covers = fields.Dict(keys=fields.String(), values=fields.String())
    annexes = fields.List(fields.Nested(AnnexShape))
    created_at = Instant()


class TemplateQuery(PageArgs):
    """``processor``: the id or slug of one whose published templates are asked for."""

    processor = Text(80, load_default=None)


class NewStanding(Shape):
    name = Line(200, required=True)
    title = Text(200, required=True)
    email = Email(required=True)


class StandingShape(NewStanding):
    at = Instant()


class AsRead(Shape):
    """The document of a preview: its SHA-256, and its ``made_at``."""

    document_sha256 = fields.String(
        required=True, validate=validate.Regexp("^[0-9a-f]{64}$", error="A SHA-256 in hex.")
    )
    made_at = Instant(required=True)


class SelfServe(Shape):
    """``processor``: its slug or id. Without ``notice_terms`` the first published ones hold.
    ``as_read``: accept the document of a preview that was made within a day, or none."""

    processor = Text(80, required=True)
    template_id = Text(80, required=True)
    party = fields.Nested(NewParty, required=True)
    notice_terms = fields.Nested(NoticeTermsShape, load_default=None, allow_none=True)
    acceptance = fields.Nested(NewStanding, required=True)
    language = Language(load_default=None)
    products = texts(100, 50, load_default=None, allow_none=True)
    effective_from = Day(load_default=None)
    as_read = fields.Nested(AsRead, load_default=None, allow_none=True)


TemplatePage = page_of(TemplateShape)
