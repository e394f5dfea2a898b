"""Shapes of the registry."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from services.registry.countries import check_region
from services.registry.model.objections import GROUNDS
from services.registry.transfers import load_instruments
from shared.schemas import (
    Country,
    Day,
    Email,
    Flag,
    Instant,
    Language,
    PageArgs,
    Shape,
    Text,
    Whole,
    by_language,
    one_of,
    page_of,
    texts,
)

CHANGE_KINDS = ("add", "replace", "modify", "remove")
CHANGE_STATUSES = ("draft", "announced", "in_effect", "withdrawn")
PLACE_KINDS = ("storage", "processing", "remote_access")
AI_USES = ("none", "inference", "training", "both")
EVIDENCE_TEXT = validate.Length(max=500)


def _known_instrument(instrument_id: str) -> None:
    if instrument_id not in load_instruments():
        raise ValidationError("There is no such instrument; GET /registry/v1/instruments has them.")


def _evidence_value(value: Any) -> None:
    plain = value if isinstance(value, list) else [value]
    if len(plain) > 50 or not all(isinstance(each, str | int | bool) for each in plain):
        raise ValidationError("Write a text, a whole number, true, false, or a list of these.")
    if any(isinstance(each, str) and len(each) > 500 for each in plain):
        raise ValidationError("A text has at most 500 characters.")
    if any(isinstance(each, int) and abs(each) > 2**53 for each in plain):
        raise ValidationError("The number is too large.")


class AddressShape(Shape):
    street = Text(200, load_default=None, allow_none=True)
    postal_code = Text(20, load_default=None, allow_none=True)
    city = Text(100, load_default=None, allow_none=True)
    country = Country(load_default=None, allow_none=True)


class ContactShape(Shape):
    name = Text(200, required=True)
    position = Text(200, load_default=None, allow_none=True)
    email = Email(required=True)


class FlowDownShape(Shape):
    reference = Text(300, required=True)
    signed_on = Day(load_default=None, allow_none=True)


class MechanismIn(Shape):
    instrument_id = fields.String(required=True, validate=_known_instrument)
    role = one_of("primary", "fallback", load_default="primary")
    evidence = fields.Dict(
        keys=Text(60),
        values=fields.Raw(validate=_evidence_value),
        load_default=dict,
        validate=validate.Length(max=30),
    )


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
    """An entry as a processor tells it. What may be missing is the linter's to say."""

    legal_name = Text(300, required=True)
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
    special_categories = Flag(load_default=False)
    products = texts(100, 100, load_default=list)
    required = Flag(load_default=True)
    affiliate = Flag(load_default=False)
    ai_use = one_of(*AI_USES, load_default="none")
    parent_id = fields.String(load_default=None, allow_none=True)
    flow_down = fields.Nested(FlowDownShape, load_default=None, allow_none=True)
    certifications = texts(200, 50, load_default=list)
    retention = Text(500, load_default=None, allow_none=True)
    locations = fields.List(
        fields.Nested(LocationIn), load_default=list, validate=validate.Length(max=60)
    )

    @post_load
    def as_plain_json(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Contents go into the ledger, which is JSON: days are written as text."""
        plain: dict[str, Any] = _plain(data)
        return plain


class VerdictShape(Shape):
    status = fields.String()
    reason = fields.String()
    citations = fields.List(fields.String())
    ends_on = Day(allow_none=True)
    remarks = fields.List(fields.String())
    instrument_id = fields.String(allow_none=True)


class MechanismShape(MechanismIn):
    name = fields.String()
    ended_on = Day(allow_none=True)
    ended_by = fields.String(allow_none=True)


class LocationShape(LocationIn):
    mechanisms = fields.List(fields.Nested(MechanismShape))
    verdict = fields.Nested(VerdictShape)


class EntryShape(SubProcessorIn):
    id = fields.String()
    version = fields.Integer()
    locations = fields.List(fields.Nested(LocationShape))
    valid_from = Day()
    valid_to = Day(allow_none=True)


class RegisterShape(Shape):
    id = fields.String()
    slug = fields.String()
    legal_name = fields.String()
    registration_number = fields.String(allow_none=True)
    country = fields.String()
    address = fields.Dict(allow_none=True)
    locale = Language()
    website = fields.String(allow_none=True)
    privacy_contact = fields.String(allow_none=True)
    time_zone = fields.String()
    updated_at = Instant()
    sequence = fields.Integer()
    head_hash = fields.String()


class Baseline(Shape):
    valid_from = Day(required=True)
    sub_processors = fields.List(
        fields.Nested(SubProcessorIn), required=True, validate=validate.Length(min=1, max=500)
    )


class ListQuery(Shape):
    as_of = Day(load_default=None)
    recorded_as_of = Instant(load_default=None)


class AsOfQuery(Shape):
    as_of = Day(load_default=None)


class DiffQuery(Shape):
    first = Day(required=True, data_key="from")
    second = Day(required=True, data_key="to")


class TransfersQuery(Shape):
    as_of = Day(load_default=None)
    horizon_days = Whole(0, 3650, load_default=0)


class LedgerQuery(Shape):
    after = fields.Integer(load_default=0, validate=validate.Range(0))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 200))


class LedgerEntryShape(Shape):
    stream = fields.String()
    sequence = fields.Integer()
    type = fields.String()
    at = fields.String()
    actor = fields.String()
    data = fields.Dict()
    private_hash = fields.String(allow_none=True)
    previous_hash = fields.String()
    hash = fields.String()


class LedgerPage(Shape):
    items = fields.List(fields.Nested(LedgerEntryShape))
    next_cursor = fields.Integer(allow_none=True)


class FieldChange(Shape):
    field = fields.String()
    before = fields.Raw(allow_none=True)
    after = fields.Raw(allow_none=True)


class DiffShape(Shape):
    kind = fields.String()
    id = fields.String()
    legal_name = fields.String()
    fields_ = fields.List(fields.Nested(FieldChange), attribute="fields", data_key="fields")


class TransferShape(LocationShape):
    sub_processor_id = fields.String()
    legal_name = fields.String()


class NewChange(Shape):
    kind = one_of(*CHANGE_KINDS, required=True)
    sub_processor = fields.Nested(SubProcessorIn, load_default=None, allow_none=True)
    sub_processor_id = fields.String(load_default=None, allow_none=True)
    effective_on = Day(required=True)
    reason = Text(2_000, required=True)


class ChangeEdit(Shape):
    sub_processor = fields.Nested(SubProcessorIn, allow_none=True)
    effective_on = Day()
    reason = Text(2_000)


class FindingShape(Shape):
    code = fields.String()
    rule = fields.String()
    detail = fields.String()
    pointer = fields.String()
    severity = fields.String()


class EmergencyShape(Shape):
    justification = fields.String()
    declared_by = fields.String()
    approved_by = fields.List(fields.String())


class ChangeShape(Shape):
    id = fields.String(attribute="change.id")
    kind = fields.String(attribute="change.kind")
    status = fields.String(attribute="change.status")
    sub_processor = fields.Nested(EntryShape, allow_none=True)
    sub_processor_id = fields.Function(
        lambda view: view.change.replaces_id or view.change.subject_id
    )
    previous = fields.Nested(EntryShape, allow_none=True)
    effective_on = Day(attribute="change.effective_on")
    reason = fields.String(attribute="change.reason")
    materiality = fields.List(fields.String())
    findings = fields.List(fields.Nested(FindingShape))
    created_at = Instant(attribute="change.created_at")
    announced_at = Instant(attribute="change.announced_at", allow_none=True)
    sequence = fields.Integer(attribute="change.sequence", allow_none=True)
    ended_at = Instant(attribute="change.ended_at", allow_none=True)
    withdrawal_reason = fields.String(attribute="change.withdrawal_reason", allow_none=True)
    emergency = fields.Nested(EmergencyShape, attribute="change.emergency", allow_none=True)


class AnnouncedShape(Shape):
    id = fields.String()
    status = fields.String()
    announced_at = Instant()
    effective_on = Day()
    sequence = fields.Integer()


class GroupShape(Shape):
    authorisation = fields.String()
    terms = fields.Dict()
    customers = fields.Integer(attribute="agreements")
    given_on = Day()
    objection_deadline = Day()
    earliest_effective_on = Day()
    arithmetic = fields.List(fields.Dict())


class PreviewShape(Shape):
    effective_on = Day()
    earliest_effective_on = Day(allow_none=True)
    possible = Flag()
    groups = fields.List(fields.Nested(GroupShape))


class ChangeQuery(PageArgs):
    status = one_of(*CHANGE_STATUSES, load_default=None)


class Reason(Shape):
    reason = Text(2_000, required=True)


class Justification(Shape):
    justification = Text(2_000, required=True)


class Mitigation(Shape):
    text = Text(4_000, required=True)
    respond_by = Day(required=True)


class NewObjection(Shape):
    grounds = one_of(*GROUNDS, required=True)
    text = Text(4_000, required=True)


class ObjectionShape(Shape):
    id = fields.String()
    change_id = fields.String()
    controller_id = fields.String()
    agreement_id = fields.String()
    sub_processor_id = fields.String()
    status = fields.String()
    grounds = fields.String()
    text = fields.String()
    received_at = Instant()
    mitigation = fields.Nested(Mitigation, allow_none=True)
    decision = fields.String(allow_none=True)
    settled_at = Instant(allow_none=True)


class ApprovalShape(Shape):
    id = fields.String()
    change_id = fields.String()
    given_at = Instant()


class CustomerChangesQuery(Shape):
    ids = fields.String(required=True, validate=validate.Length(max=20_000))


class CustomerChangeShape(Shape):
    id = fields.String()
    status = fields.String()
    kind = fields.String()
    effective_on = Day()
    withdrawal_reason = fields.String(allow_none=True)
    objection = fields.Nested(ObjectionShape, allow_none=True)
    approved = Flag()


class GateQuery(Shape):
    processor = fields.String(required=True)
    sub_processor_id = fields.String(required=True)
    controller_id = fields.String(required=True)
    on = Day(load_default=None)


class GateShape(Shape):
    answer = fields.String()
    until = Day(allow_none=True)
    reason = fields.String()


EntryList = Shape.from_dict({"items": fields.List(fields.Nested(EntryShape))}, name="EntryList")
DiffList = Shape.from_dict({"items": fields.List(fields.Nested(DiffShape))}, name="DiffList")
TransferList = Shape.from_dict(
    {"items": fields.List(fields.Nested(TransferShape))}, name="TransferList"
)
InstrumentList = Shape.from_dict({"items": fields.List(fields.Dict())}, name="InstrumentList")
CustomerChangeList = Shape.from_dict(
    {"items": fields.List(fields.Nested(CustomerChangeShape))}, name="CustomerChangeList"
)
RegisterPage = page_of(RegisterShape)
ChangePage = page_of(ChangeShape)
ObjectionPage = page_of(ObjectionShape)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value
