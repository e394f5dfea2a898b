"""Shapes of a sub-processor: as a processor states it, and as it is shown with verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import date
from typing import Any

from flask import current_app
from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from services.registry.transfers import Instrument, evidence_members
from services.registry.transfers.circumstances import HR_DATA, RELATIONS
from services.registry.transfers.countries import check_region
from services.registry.transfers.evidence_form import wrong_values
from services.registry.transfers.stages import ACTIVE, STAGES
from services.registry.transfers.statements import AS_IF, NOT_STATED
from shared.schemas import (
    Country,
    Day,
    Email,
    Flag,
    Line,
    RetentionLength,
    Shape,
    Text,
    by_language,
    one_of,
    texts,
)

PLACE_KINDS = ("storage", "processing", "remote_access")
AI_USES = ("none", "inference", "training", "both", NOT_STATED)


# Loops read entries too, outside of any request; they say which instruments are known.
INSTRUMENTS: ContextVar[Mapping[str, Instrument] | None] = ContextVar("instruments", default=None)


def _instruments() -> Mapping[str, Instrument]:
    known = INSTRUMENTS.get()
    if known is None:
        deps = current_app.extensions["art28.deps"]
        known = deps.stores.instruments.known(deps.now().date())
    return known


def _known_instrument(instrument_id: str) -> None:
    if instrument_id not in _instruments():
        raise ValidationError("There is no such instrument; GET /registry/v1/instruments has them.")


class StatedFlag(Flag):
    """``true``, ``false``, or ``"not_stated"``: nobody has said which."""

    wanted = 'true, false or "not_stated"'

    def __init__(self, **kwargs: Any) -> None:
        # One type for each: makers of clients read no list of values that are of two.
        either = [{"type": "boolean"}, {"type": "string", "enum": [NOT_STATED]}]
        super().__init__(load_default=NOT_STATED, metadata={"anyOf": either}, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value if value == NOT_STATED else super()._serialize(value, attr, obj, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value == NOT_STATED:
            return value
        return super()._deserialize(value, attr, data, **kwargs)


class AddressShape(Shape):
    street = Text(200, load_default=None, allow_none=True)
    postal_code = Text(20, load_default=None, allow_none=True)
    city = Text(100, load_default=None, allow_none=True)
    country = Country(load_default=None, allow_none=True)


class ContactShape(Shape):
    name = Line(200, required=True)
    position = Line(200, load_default=None, allow_none=True)
    email = Email(required=True)


class FlowDownShape(Shape):
    reference = Text(300, required=True)
    signed_on = Day(load_default=None, allow_none=True)


class RetentionPeriod(Shape):
    """How long one kind of data is kept. ``rule``: from when, or until what, in words."""

    what = by_language(300, required=True)
    length = fields.Nested(RetentionLength, load_default=None, allow_none=True)
    rule = by_language(500, load_default=None, allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def says_how_long(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("length") and not data.get("rule"):
            raise ValidationError("Give a length, or say in words how long it is kept.", "length")


class MechanismIn(Shape):
    instrument_id = fields.String(required=True, validate=_known_instrument)
    role = one_of("primary", "fallback", load_default="primary")
    evidence = fields.Dict(
        keys=Text(60),
        values=fields.Raw(),
        load_default=dict,
        validate=validate.Length(max=30),
    )

    @validates_schema
    def records_what_the_instrument_asks_for(self, data: dict[str, Any], **_: Any) -> None:
        """Anything else would stand in the register for ever, and prove nothing."""
        instrument = _instruments()[data["instrument_id"]]
        evidence, taken = data["evidence"], evidence_members(instrument)
        named = ", ".join(taken)
        detail = f"Unknown field. Evidence of {instrument.id}: {named}."
        unknown = {name: [detail] for name in evidence if name not in taken}
        wrong = {name: [why] for name, why in wrong_values(instrument, evidence).items()}
        if unknown or wrong:
            raise ValidationError({"evidence": {**unknown, **wrong}})


class LocationIn(Shape):
    country = Country(load_default=None, allow_none=True)
    region = Text(10, load_default=None, allow_none=True)
    organisation = Text(20, load_default=None, allow_none=True)
    kind = one_of(*PLACE_KINDS, required=True)
    mechanisms = fields.List(
        fields.Nested(MechanismIn), load_default=list, validate=validate.Length(max=10)
    )

    @validates_schema
    def names_a_place(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("country") and not data.get("organisation"):
            raise ValidationError("Name the country, or the international organisation.", "country")
        if data.get("region") and not data.get("country"):
            raise ValidationError("A region needs its country.", "region")
        try:
            check_region(data.get("country") or "", data.get("region"))
        except ValueError as error:
            raise ValidationError(str(error), "region") from error


class SubProcessorIn(Shape):
    """An entry as a processor states it. The linter reports what is missing.

    ``brand``: the name its service goes by where that is not the name of the company.
    """

    legal_name = Line(300, required=True)
    brand = Line(200, load_default=None, allow_none=True)
    registration_number = Text(60, load_default=None, allow_none=True)
    address = fields.Nested(AddressShape, load_default=None, allow_none=True)
    country = Country(load_default=None, allow_none=True)
    website = fields.URL(schemes={"http", "https"}, load_default=None, allow_none=True)
    contact = fields.Nested(ContactShape, load_default=None, allow_none=True)
    purpose = by_language(load_default=dict)
    responsibilities = by_language(load_default=dict)
    categories = texts(60, 50, load_default=list)
    data_categories = texts(200, 100, load_default=list)
    data_subjects = texts(200, 100, load_default=list)
    special_categories = StatedFlag()
    products = texts(100, 100, load_default=list)
    required = StatedFlag()
    affiliate = StatedFlag()
    ai_use = one_of(*AI_USES, load_default=NOT_STATED)
    hr_data = one_of(*HR_DATA, load_default="not_stated")
    stage = one_of(
        *STAGES,
        load_default=ACTIVE,
        metadata={"description": "Whether data flows to it, and who decides; planned: none does"},
    )
    relation = one_of(*RELATIONS, load_default="processor_processor")
    data_combined = Flag(load_default=None, allow_none=True)
    exporter_is_public_authority = Flag(load_default=None, allow_none=True)
    parent_id = fields.String(load_default=None, allow_none=True)
    flow_down = fields.Nested(FlowDownShape, load_default=None, allow_none=True)
    certifications = texts(200, 50, load_default=list)
    reviewed_on = Day(load_default=None, allow_none=True)
    used_since = Day(
        load_default=None,
        allow_none=True,
        metadata={"description": "The day from which it gets data, whatever the list says"},
    )
    evidence_url = fields.URL(schemes={"http", "https"}, load_default=None, allow_none=True)
    seen_on = Day(
        load_default=None,
        allow_none=True,
        metadata={"description": "The day on which the evidence was seen at its address"},
    )
    retention = Text(500, load_default=None, allow_none=True)
    retention_periods = fields.List(
        fields.Nested(RetentionPeriod), load_default=list, validate=validate.Length(max=50)
    )
    locations = fields.List(
        fields.Nested(LocationIn), load_default=list, validate=validate.Length(max=60)
    )

    @post_load
    def as_plain_json(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Contents go into the ledger, which is JSON: days are written as text."""
        plain: dict[str, Any] = _plain(data)
        return plain


class Said(fields.Dict):
    """A text of ours by language, for answers alone. It is text already, and goes out as it is: to
    look at each word again was a tenth of the time of a list."""

    def __init__(self, *, values: fields.Field[Any] | None = None) -> None:
        super().__init__(keys=fields.String(), values=values or fields.String())

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        return value


class OpenQuestionShape(Shape):
    """A question on which authorities differ, with all readings."""

    id = fields.String()
    question = fields.String()
    question_by_language = Said()
    readings = fields.List(fields.String())
    readings_by_language = Said(values=fields.List(fields.String()))
    sources = fields.List(fields.String())
    sources_by_language = Said(values=fields.List(fields.String()))


class OpenShape(OpenQuestionShape):
    also = fields.List(fields.Nested(OpenQuestionShape))


class DatedFactShape(Shape):
    """What happened on a day, confirmed or unconfirmed, and its source."""

    on = Day()
    text = fields.String()
    text_by_language = Said()
    state = fields.String(metadata={"description": "confirmed or unconfirmed"})
    source = fields.String()
    source_by_language = Said()


class ContestedShape(Shape):
    """What may end the instrument that carries a transfer."""

    instrument_id = fields.String()
    facts = fields.List(fields.Nested(DatedFactShape))
    recheck_by = Day()


class VerdictShape(Shape):
    status = fields.String()
    reason = fields.String()
    reason_by_language = Said()
    citations = fields.List(fields.String())
    ends_on = Day(allow_none=True)
    remarks = fields.List(fields.String())
    remarks_by_language = Said(values=fields.List(fields.String()))
    instrument_id = fields.String(allow_none=True)
    open = fields.Nested(OpenShape, allow_none=True)
    regime = fields.String(allow_none=True, metadata={"description": "EU, UK or CH"})
    checked_on = Day(allow_none=True)
    due_on = Day(allow_none=True)
    by_regime = fields.List(fields.Nested(lambda: VerdictShape(exclude=("by_regime",))))
    contested = fields.Nested(ContestedShape, allow_none=True)


class MechanismShape(MechanismIn):
    name = fields.String()
    name_by_language = Said()
    ended_on = Day(allow_none=True)
    ended_by = fields.String(allow_none=True)


class LocationShape(LocationIn):
    mechanisms = fields.List(fields.Nested(MechanismShape))
    verdict = fields.Nested(VerdictShape)


class NextChangeShape(Shape):
    change_id = fields.String()
    kind = fields.String()
    effective_on = Day()


class ListedShape(Shape):
    """The entry's own days on the list, whatever it was called; and what changes it next."""

    listed_since = Day()
    listed_until = Day(allow_none=True)
    next_change = fields.Nested(NextChangeShape, allow_none=True)


StatedOnShape = Shape.from_dict({fact: Day(allow_none=True) for fact in AS_IF}, name="StatedOn")


class EntryShape(SubProcessorIn, ListedShape):
    """An entry as it is shown. ``stated_on``: the day each fact was stated, null for what stood
    in an entry before Art28 asked."""

    id = fields.String()
    version = fields.Integer()
    tier = fields.Integer()
    stated_on = fields.Nested(StatedOnShape, allow_none=True)
    locations = fields.List(fields.Nested(LocationShape))
    valid_from = Day()
    valid_to = Day(allow_none=True)


EntryList = Shape.from_dict({"items": fields.List(fields.Nested(EntryShape))}, name="EntryList")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value
