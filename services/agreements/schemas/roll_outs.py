"""Shapes of roll-outs: one template offered to many agreements."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.agreements.model.roll_outs import CONTENTS, STATES, STATUSES
from services.agreements.schemas.agreements import Amendment
from services.agreements.schemas.templates import NewStanding
from shared.schemas import (
    Day,
    Instant,
    PageArgs,
    SetAsideShape,
    Shape,
    Text,
    Whole,
    each_once,
    one_of,
    page_of,
)

MOST_NAMED = 1_000


class ChoiceShape(Shape):
    """Agreements on one template, of one product (those for all products included), or named by
    id; all of what is given must hold."""

    template_id = Text(80, load_default=None, allow_none=True)
    product = Text(100, load_default=None, allow_none=True)
    agreement_ids = fields.List(
        Text(80), load_default=list, validate=[validate.Length(max=MOST_NAMED), each_once]
    )

    @validates_schema(skip_on_field_errors=True)
    def says_which(self, choice: dict[str, Any], **_: Any) -> None:
        """Raises ``ValidationError`` where nothing is chosen."""
        if not any(choice.values()):
            raise ValidationError("Name a template, a product or agreements.")


class SameChanges(Amendment):
    """Members that change in every agreement; each replaces its namesake as a whole."""

    class Meta(Amendment.Meta):
        exclude = ("template_id", "language")


class NewRollOut(Shape):
    """``contents``: whether processing, clauses, measures and the like stay as each agreement has
    them, or come from the template, in the language of the agreement; by default from a template
    that has any. ``remind_after_days``: days after the offer, in their order."""

    template_id = Text(80, required=True)
    choice = fields.Nested(ChoiceShape, required=True)
    contents = one_of(*CONTENTS, load_default=None, allow_none=True)
    changes = fields.Nested(SameChanges, load_default=dict)
    remind_after_days = fields.List(
        Whole(1, 365), load_default=lambda: [14, 30], validate=validate.Length(max=5)
    )

    @validates_schema(skip_on_field_errors=True)
    def check_order(self, body: dict[str, Any], **_: Any) -> None:
        """Raises ``ValidationError`` where days are not in their order."""
        days = body["remind_after_days"]
        if days != sorted(set(days)):
            raise ValidationError("Write the days in their order, each once.", "remind_after_days")


class RollOutStart(Shape):
    """``acceptance``: who accepts for the processor whatever the roll-out offers; without it each
    new version waits for the processor, too."""

    acceptance = fields.Nested(NewStanding, load_default=None, allow_none=True)


class ReasonShape(Shape):
    """``open``: points of the annexes that nobody has answered."""

    code = fields.String()
    detail = fields.String()
    open = fields.List(fields.String())


class RollOutShape(Shape):
    id = fields.String()
    template_id = fields.String()
    choice = fields.Nested(ChoiceShape)
    contents = one_of(*CONTENTS)
    changes = fields.Dict(keys=fields.String())
    remind_after_days = fields.List(fields.Integer())
    status = one_of(*STATUSES)
    signatory = fields.Nested(NewStanding, allow_none=True)
    made_at = Instant()
    started_at = Instant(allow_none=True)
    over_at = Instant(allow_none=True)
    stop_reason = fields.String(allow_none=True)


class ProgressShape(Shape):
    """Numbers of agreements: ``counts`` by state, ``changed`` by pointer of a member, ``reasons``
    by code of what stands against the new version, ``missing`` by party that has not accepted."""

    roll_out = fields.Nested(RollOutShape)
    counts = fields.Dict(keys=one_of(*STATES), values=fields.Integer())
    changed = fields.Dict(keys=fields.String(), values=fields.Integer())
    reasons = fields.Dict(keys=fields.String(), values=fields.Integer())
    missing = fields.Dict(keys=fields.String(), values=fields.Integer())
    set_aside = fields.Nested(SetAsideShape, allow_none=True)


class CustomerShape(Shape):
    id = fields.String()
    legal_name = fields.String()


class LineShape(Shape):
    """``missing``: the parties that have not accepted ``version``; ``changed``: pointers."""

    agreement_id = fields.String(attribute="item.agreement_id")
    customer = fields.Nested(CustomerShape, allow_none=True)
    state = fields.String(attribute="item.state", validate=validate.OneOf(STATES))
    version = fields.Integer(attribute="item.version", allow_none=True)
    missing = fields.List(fields.String(), attribute="item.missing")
    reasons = fields.List(fields.Nested(ReasonShape), attribute="item.reasons")
    changed = fields.List(fields.String(), attribute="item.changed")
    offered_on = Day(attribute="item.offered_on", allow_none=True)
    reminded = fields.Integer(attribute="item.reminded")
    remind_on = Day(attribute="item.remind_on", allow_none=True)
    settled_at = Instant(attribute="item.settled_at", allow_none=True)


class LineQuery(PageArgs):
    state = one_of(*STATES, load_default=None)


RollOutPage = page_of(RollOutShape)
LinePage = page_of(LineShape)
