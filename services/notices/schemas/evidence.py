"""Shapes of evidence, and of customers whom nobody can reach."""

from __future__ import annotations

from marshmallow import fields, validate

from services.notices.model.evidence import NO_DEADLINE
from shared.schemas import Instant, PageArgs, Shape, page_of


class EvidenceQuery(PageArgs):
    """``lang``: the language of the PDF."""

    limit = fields.Integer(load_default=200, validate=validate.Range(1, 200))
    lang = fields.String(load_default="en", validate=validate.OneOf(["en", "da", "sv"]))


class TriedShape(Shape):
    """``status`` and ``answer``: of HTTP, or of SMTP word for word."""

    at = Instant()
    channel = fields.String()
    recipient = fields.String()
    outcome = fields.String()
    status = fields.Integer(allow_none=True)
    duration_ms = fields.Integer()
    answer = fields.String(allow_none=True)


class UnreachedShape(Shape):
    """Nobody has had the notice since ``since``. ``reason``: email_off, no_contact,
    contacts_exhausted, or the word of a channel that was agreed and has no address.
    """

    notice_id = fields.String()
    change_id = fields.String()
    change_ids = fields.List(fields.String())
    since = Instant()
    reason = fields.String()


class LetterFileShape(Shape):
    name = fields.String()
    sha256 = fields.String()


class EvidenceLetter(Shape):
    """What the customer said outside Art28: the vendor recorded it at ``recorded_at``."""

    id = fields.String()
    kind = fields.String()
    received_on = fields.String()
    recorded_at = fields.String()
    file = fields.Nested(LetterFileShape, allow_none=True)


class EntryRef(Shape):
    """An entry of a ledger, by its place and its hash."""

    stream = fields.String()
    sequence = fields.Integer()
    hash = fields.String()


class EvidenceAnswer(Shape):
    """One step: ``kind`` is objection or approval; ``by``: the name of whoever answered by link."""

    kind = fields.String()
    id = fields.String()
    status = fields.String()
    grounds = fields.String(allow_none=True)
    decision = fields.String(allow_none=True)
    at = fields.String()
    by = fields.String(allow_none=True)
    entry = fields.Nested(EntryRef, allow_none=True)


class EvidenceShape(Shape):
    """``sent_at``: a webhook receiver answered, whatever it said, or a mail was delivered;
    ``delivered_at``: a webhook receiver answered 2xx, or the contact's mail server accepted the
    mail and has not reported it undeliverable since; ``acknowledged_at``: the customer did so.
    ``given_on``: the day it was sent; ``counts_from``: the day this customer's days run from;
    ``deadline``: the last day to object, null until that day is known; ``counting``: how the days
    are counted, by language; ``answers``: the steps of objections, and approvals; ``sha256``: of
    the message as it was sent."""

    agreement_id = fields.String()
    notice_id = fields.String()
    customer = fields.Dict()
    terms = fields.Dict()
    channel = fields.String(allow_none=True)
    recipient = fields.String(allow_none=True)
    verified_at = Instant(
        allow_none=True,
        metadata={
            "description": "When somebody at this customer's contact ``recipient`` last used a link"
            " that was mailed there; null: never, or a mail came back since"
        },
    )
    given_on = fields.String(allow_none=True)
    counts_from = fields.String(allow_none=True)
    deadline = fields.String(allow_none=True)
    effective_on = fields.String(allow_none=True)
    no_deadline = fields.String(
        allow_none=True,
        validate=validate.OneOf(NO_DEADLINE),
        metadata={
            "description": "Why there is no deadline: the customer is only informed; what its days "
            "run from has not happened; no number is agreed; its right ends with the change; the "
            "notice left more than 60 days late, and the portal shows the day"
        },
    )
    silence = fields.String(allow_none=True)
    owes = fields.String(metadata={"description": "notice, or information without time to object"})
    counting = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)
    attempts = fields.List(fields.Nested(TriedShape))
    sent_at = Instant(allow_none=True)
    delivered_at = Instant(allow_none=True)
    acknowledged_at = Instant(allow_none=True)
    acknowledged_by = fields.Dict(allow_none=True)
    outcome = fields.String()
    reached = fields.Boolean()
    unreached = fields.Nested(UnreachedShape, allow_none=True)
    letters = fields.List(fields.Nested(EvidenceLetter))
    approved_by = fields.List(fields.Dict())
    answers = fields.List(fields.Nested(EvidenceAnswer))
    sha256 = fields.String()


class ReachQuery(PageArgs):
    processor = fields.String(load_default=None, validate=validate.Length(1, 100))


class ReachShape(Shape):
    agreement_id = fields.String()
    customer = fields.Dict()
    reason = fields.String()
    email = fields.String(attribute="channels.email", dump_default="off")
    unreached = fields.List(fields.Nested(UnreachedShape))


EvidencePage = page_of(EvidenceShape)


class BackShape(Shape):
    """A mailbox that sent a mail to the vendor back. ``status``: as its server named it."""

    email = fields.String()
    status = fields.String(allow_none=True)
    at = Instant()


class ReachPage(page_of(ReachShape)):  # type: ignore[misc]
    """``notice_address``: where the vendor itself reads answers, if a mail came back from there."""

    notice_address = fields.Nested(BackShape, allow_none=True)
    unverified_contacts = fields.Integer(
        metadata={
            "description": "Contacts, of the customers that this page looked at, who have used no"
            " link that was mailed there, or from whom a mail came back since"
        }
    )
