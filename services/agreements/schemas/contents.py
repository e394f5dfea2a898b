"""Shapes of what an agreement says; used both ways. Periods are whole days from 0 to 365."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate

from services.agreements.contract.contents import (
    CHANNELS,
    DAY_KINDS,
    ENDS_OF_PROCESSING,
    RECEIPT_RULES,
    SILENCES,
)
from shared.public_holidays import CalendarUnknown, check_calendar
from shared.schemas import (
    Country,
    Email,
    Flag,
    Line,
    Region,
    Shape,
    Text,
    Whole,
    by_language,
    one_of,
    texts,
)

CLAUSE_LENGTH = 10_000


def _holidays_known(place: str) -> None:
    try:
        check_calendar(place)
    except CalendarUnknown as unknown:
        raise ValidationError(str(unknown)) from unknown


def _each_once(values: list[str]) -> None:
    if len(set(values)) != len(values):
        raise ValidationError("Name each only once.")


class ProcessingShape(Shape):
    subject_matter = Text(2_000, load_default=None, allow_none=True)
    duration = Text(2_000, load_default=None, allow_none=True)
    nature = Text(2_000, load_default=None, allow_none=True)
    purpose = Text(2_000, load_default=None, allow_none=True)
    data_categories = texts(300, load_default=list)
    data_subjects = texts(300, load_default=list)
    special_categories = Flag(load_default=False)


class ContactShape(Shape):
    name = Line(200, required=True)
    position = Line(200, required=True)
    email = Email(required=True)


class TermsShape(Shape):
    notice_days = Whole(0, 365, required=True, allow_none=True)
    objection_days = Whole(0, 365, load_default=None, allow_none=True)
    day_kind = one_of(*DAY_KINDS, required=True)
    holidays = Region(load_default=None, allow_none=True, validate=_holidays_known)
    receipt_rule = one_of(*RECEIPT_RULES, required=True)
    silence = one_of(*SILENCES, required=True)


class NoticeTermsShape(TermsShape):
    channels = fields.List(
        one_of(*CHANNELS),
        required=True,
        validate=[validate.Length(min=1, max=len(CHANNELS)), _each_once],
    )
    contacts = fields.List(
        fields.Nested(ContactShape), load_default=list, validate=validate.Length(max=20)
    )


class ClausesShape(Shape):
    instructions = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)
    confidentiality = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)
    security = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)
    sub_processors = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)
    data_subject_rights = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)
    assistance = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)
    end_of_processing = one_of(*ENDS_OF_PROCESSING, load_default=None, allow_none=True)
    audit = Text(CLAUSE_LENGTH, load_default=None, allow_none=True)


class MeasuresShape(Shape):
    """The measures of Art. 32, one text each."""

    technical = texts(1_000, 100, load_default=list)
    organisational = texts(1_000, 100, load_default=list)


class AddressShape(Shape):
    street = Text(200, required=True)
    postal_code = Text(20, required=True)
    city = Text(100, required=True)
    country = Country(required=True)


class SectionShape(Shape):
    number = Text(20, required=True)
    heading = by_language(300, required=True)
    text = by_language(CLAUSE_LENGTH, required=True)
