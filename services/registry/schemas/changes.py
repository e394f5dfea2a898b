"""Shapes of changes, their preview and their announcement."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.registry.model.announcements import MOST_CHANGES
from services.registry.schemas.entries import EntryShape, SubProcessorIn
from shared.schemas import (
    Day,
    Flag,
    Instant,
    PageArgs,
    SetAsideShape,
    Shape,
    Text,
    Whole,
    by_language,
    each_once,
    one_of,
    page_of,
)

CHANGE_KINDS = ("add", "replace", "modify", "remove")
CHANGE_STATUSES = ("draft", "announced", "in_effect", "withdrawn")


class NewChange(Shape):
    kind = one_of(*CHANGE_KINDS, required=True)
    sub_processor = fields.Nested(SubProcessorIn, load_default=None, allow_none=True)
    sub_processor_id = fields.String(load_default=None, allow_none=True)
    effective_on = Day(required=True)
    reason = Text(2_000, required=True)
    what_it_means = by_language(
        load_default=dict,
        metadata={"description": "For the customer, and what it must do; it may be nothing"},
    )


class ChangeEdit(Shape):
    """Any members of a draft; members left out stay as they are."""

    kind = one_of(*CHANGE_KINDS)
    sub_processor_id = fields.String(allow_none=True)
    sub_processor = fields.Nested(SubProcessorIn, allow_none=True)
    effective_on = Day()
    reason = Text(2_000)
    what_it_means = by_language()


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


class ApproverShape(Shape):
    """A person, or where the organisation has none a client."""

    person_id = fields.String(allow_none=True, dump_default=None)
    client_id = fields.String(allow_none=True, dump_default=None)
    name = fields.String()
    title = fields.String(allow_none=True, dump_default=None)


class ApprovalRequested(Shape):
    """``asked``: how many persons get a mail, or have got it for the change as it reads."""

    asked = fields.Integer()


class DeletionSaid(Shape):
    kind = fields.String()
    confirmed_on = Day()


class ChangeShape(Shape):
    id = fields.String(attribute="change.id")
    kind = fields.String(attribute="change.kind")
    status = fields.String(attribute="change.status")
    sub_processor = fields.Nested(EntryShape, allow_none=True)
    sub_processor_id = fields.Function(
        lambda view: view.change.replaces_id or view.change.subject_id,
        metadata={"type": ["string", "null"]},
    )
    previous = fields.Nested(EntryShape, allow_none=True)
    effective_on = Day(attribute="change.effective_on")
    reason = fields.String(attribute="change.reason")
    what_it_means = fields.Dict(
        keys=fields.String(), values=fields.String(), attribute="change.what_it_means"
    )
    materiality = fields.List(fields.String())
    findings = fields.List(fields.Nested(FindingShape))
    created_at = Instant(attribute="change.created_at")
    announced_at = Instant(attribute="change.announced_at", allow_none=True)
    sequence = fields.Integer(attribute="change.sequence", allow_none=True)
    ended_at = Instant(attribute="change.ended_at", allow_none=True)
    withdrawal_reason = fields.String(attribute="change.withdrawal_reason", allow_none=True)
    emergency = fields.Nested(EmergencyShape, attribute="change.emergency", allow_none=True)
    owes = fields.String(
        attribute="change.owes",
        allow_none=True,
        metadata={"description": "notice or information, once announced; before, the preview says"},
    )
    together = fields.List(fields.String(), attribute="change.together")
    prepared_by = fields.List(fields.String(), attribute="change.prepared_by")
    approved_by = fields.List(fields.Nested(ApproverShape), attribute="change.approved_by")
    set_aside = fields.Nested(SetAsideShape, allow_none=True, dump_default=None)
    deletion = fields.Nested(
        DeletionSaid,
        allow_none=True,
        metadata={"description": "what the sub-processor that it ended confirmed of the data"},
    )


class AnnouncedShape(Shape):
    """``together``: the ids of all changes of its notice; empty for one that is alone in it."""

    id = fields.String()
    status = fields.String()
    announced_at = Instant()
    effective_on = Day()
    sequence = fields.Integer()
    together = fields.List(fields.String())


class NamedChanges(Shape):
    """The drafts of one notice."""

    change_ids = fields.List(
        Text(100), required=True, validate=[validate.Length(1, MOST_CHANGES), each_once]
    )


class ApprovedChanges(NamedChanges):
    """``revisions``: by id, which one of a draft was read."""

    revisions = fields.Dict(
        keys=Text(100),
        values=Whole(0, 2**53),
        load_default=dict,
        validate=validate.Length(max=MOST_CHANGES),
    )

    @validates_schema
    def of_named_changes(self, data: dict[str, Any], **_: Any) -> None:
        if not {*data["revisions"]} <= {*data["change_ids"]}:
            raise ValidationError("Name revisions of these changes only.", "revisions")


class NewNotice(ApprovedChanges):
    """``effective_on``: the day on which all of them take effect; the latest day that the drafts
    name if it is left out."""

    effective_on = Day(load_default=None, allow_none=True)


class NoticeAnnounced(Shape):
    """What became of all drafts of one notice."""

    status = fields.String()
    announced_at = Instant()
    effective_on = Day()
    sequence = fields.Integer()
    changes = fields.List(fields.Nested(AnnouncedShape))


class GroupShape(Shape):
    """``agreements`` and ``customers``: those that the change concerns, by its products and theirs,
    without who is excluded from the entry, and without agreements that have ended by that day."""

    authorisation = fields.String(allow_none=True)
    owes = fields.String(metadata={"description": "notice, or information only"})
    terms = fields.Dict()
    agreements = fields.Integer()
    customers = fields.Integer()
    given_on = Day()
    objection_deadline = Day(allow_none=True)
    earliest_effective_on = Day()
    silence = fields.String(allow_none=True)
    provisional = Flag()
    arithmetic = fields.List(fields.Dict())
    counting = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "How the days are counted, by language"},
    )


class PreviewShape(Shape):
    effective_on = Day()
    owes = fields.String(metadata={"description": "notice, if any customer is owed it"})
    earliest_effective_on = Day(allow_none=True)
    possible = Flag()
    groups = fields.List(fields.Nested(GroupShape))


class PreviewCustomer(Shape):
    """``effective_on``: the first day on which it takes effect for this customer."""

    agreement_id = fields.String()
    controller = fields.Dict(keys=fields.String(), values=fields.String())
    channels = fields.List(fields.String())
    authorisation = fields.String(allow_none=True)
    given_on = Day()
    objection_deadline = Day(allow_none=True)
    effective_on = Day()
    silence = fields.String()
    provisional = Flag()


class MessageQuery(Shape):
    """``controller_id``: the customer; by default the first one that the change concerns."""

    language = one_of("en", "da", "sv", load_default="en")
    channel = Text(40, load_default="email")
    controller_id = Text(60, load_default=None)


class MessagePart(Shape):
    media_type = fields.String()
    content = fields.String()


class MessageShape(Shape):
    """``parts``: the forms of one message, as it would leave; ``subject`` where there is one."""

    language = fields.String()
    channel = fields.String()
    agreement_id = fields.String()
    controller = fields.Dict(keys=fields.String(), values=fields.String())
    subject = fields.String(allow_none=True)
    parts = fields.List(fields.Nested(MessagePart))


class ChangeQuery(PageArgs):
    """``announced``: only changes that were announced, whatever became of them since."""

    status = one_of(*CHANGE_STATUSES, load_default=None)
    announced = fields.Boolean(load_default=False)


class Reason(Shape):
    reason = Text(2_000, required=True)


class Justification(Shape):
    justification = Text(2_000, required=True)


ChangePage = page_of(ChangeShape)
ChangeList = Shape.from_dict({"items": fields.List(fields.Nested(ChangeShape))}, name="ChangeList")
PreviewCustomers = page_of(PreviewCustomer)
