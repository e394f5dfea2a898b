"""Shapes of objections and approvals."""

from __future__ import annotations

from typing import get_args

from marshmallow import fields, validate

from services.registry.model.announcements import MOST_CHANGES
from services.registry.model.objections import ANY_OPEN, GROUNDS, Status
from services.registry.schemas.entries import EntryShape
from services.registry.schemas.ledgers import LedgerEntryShape
from shared.schemas import (
    Day,
    Flag,
    Instant,
    Line,
    PageArgs,
    Shape,
    Text,
    each_once,
    one_of,
    page_of,
)

# A page of notices has 200 at most; a notice of several changes counts once.
MOST_ASKED = 200


class AnsweredByShape(Shape):
    """The person who answered by the link in a mail, as it named itself. ``contact``: the address
    that the mail went to; ``mail_id``: the mail."""

    name = Line(200, required=True)
    title = Line(200, required=True)
    contact = Line(254, required=True)
    mail_id = Line(100, required=True)


def _by() -> fields.Nested:
    return fields.Nested(AnsweredByShape, load_default=None, allow_none=True)


class CustomersAnswer(Shape):
    """An answer without words. ``by``: who gave it by the link in a mail."""

    may_be_left_out = True

    by = _by()


class Mitigation(Shape):
    text = Text(4_000, required=True)
    respond_by = Day(required=True)


class ModificationText(Shape):
    text = Text(4_000, required=True)


class Modification(ModificationText):
    """What is to be done otherwise before the customer's data flows."""

    by = _by()


class AgreementEnd(Shape):
    """``effective_on``: the first day without the agreement; today if it is left out."""

    effective_on = Day(load_default=None, allow_none=True)


class NewObjection(Shape):
    """``change_ids``: the changes of the notice that it is against; all of them if it is left
    out."""

    grounds = one_of(*GROUNDS, required=True)
    text = Text(4_000, required=True)
    change_ids = fields.List(
        Text(100),
        load_default=None,
        allow_none=True,
        validate=[validate.Length(1, MOST_CHANGES), each_once],
    )
    by = _by()


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
    modification = fields.Nested(ModificationText, allow_none=True)
    mitigation = fields.Nested(Mitigation, allow_none=True)
    decision = fields.String(allow_none=True)
    settled_at = Instant(allow_none=True)
    effective_on = Day()
    respond_by = Day(allow_none=True)
    made_by = fields.Nested(AnsweredByShape, allow_none=True)


class ProofShape(Shape):
    """An entry of the ledger as it is chained, and the private part and salt (hex) that lead to
    its ``private_hash``: SHA-256 over the salt and the part in canonical form (RFC 8785)."""

    entry = fields.Nested(LedgerEntryShape)
    salt = fields.String()
    private = fields.Dict()


class ProvenObjection(ObjectionShape):
    proofs = fields.List(fields.Nested(ProofShape))


class ObjectionRef(Shape):
    id = fields.String()
    change_id = fields.String()


class ObjectionMade(ObjectionShape):
    """An objection, and in ``objections`` all that were made at once, one to each change."""

    objections = fields.List(fields.Nested(ObjectionRef))


class ApprovalShape(Shape):
    id = fields.String()
    change_id = fields.String()
    given_at = Instant()
    given_by = fields.Nested(AnsweredByShape, allow_none=True)


class ObjectionQuery(PageArgs):
    """``processor``: its slug. ``status``: one status, or ``open`` for all that wait for an
    answer."""

    processor = fields.String(load_default=None)
    status = one_of(ANY_OPEN, *get_args(Status), load_default=None)


class CustomerChangesAsked(Shape):
    """They travel in a body: a query has no room for those of a long page."""

    ids = fields.List(Text(100), required=True, validate=validate.Length(max=MOST_ASKED))


class ProcessorRef(Shape):
    id = fields.String()
    slug = fields.String()
    legal_name = fields.String()


class CustomerChangeShape(Shape):
    """``previous``, ``sub_processor``: the entry before and after the change, each place with its
    verdict on the effective day. ``given_at``, ``given_on``: when the notice was really sent, null:
    not yet. ``provisional``: what the customer's days run from has not happened, so there are none
    yet. ``arithmetic``: how the days were counted, step by step, in each language; empty until all
    are known. ``may``: the answers that it may give now; ``window``: the code that an objection
    would be refused by, null: none. ``approval``: who gave it, and when."""

    id = fields.String(attribute="change.id")
    status = fields.String(attribute="change.status")
    kind = fields.String(attribute="change.kind")
    processor = fields.Nested(ProcessorRef)
    materiality = fields.List(fields.String())
    reason = fields.String(attribute="change.reason")
    sub_processor = fields.Nested(EntryShape, allow_none=True)
    previous = fields.Nested(EntryShape, allow_none=True)
    announced_at = Instant(attribute="change.announced_at")
    effective_on = Day(attribute="change.effective_on")
    what_it_means = fields.Dict(
        keys=fields.String(), values=fields.String(), attribute="change.what_it_means"
    )
    withdrawal_reason = fields.String(attribute="change.withdrawal_reason", allow_none=True)
    given_at = Instant(attribute="dates.given_at", allow_none=True)
    given_on = Day(attribute="dates.given_on", allow_none=True)
    objection_deadline = Day(attribute="dates.objection_deadline", allow_none=True)
    earliest_effective_on = Day(attribute="dates.begins_on", allow_none=True)
    provisional = Flag(attribute="dates.provisional")
    arithmetic = fields.List(fields.Dict())
    owes = fields.String(attribute="dates.owes")
    objection = fields.Nested(ObjectionShape, allow_none=True)
    approved = Flag()
    approval = fields.Nested(ApprovalShape, allow_none=True)
    may = fields.List(fields.String())
    window = fields.String(allow_none=True)


CustomerChangeList = Shape.from_dict(
    {"items": fields.List(fields.Nested(CustomerChangeShape))}, name="CustomerChangeList"
)


ObjectionPage = page_of(ObjectionShape)
