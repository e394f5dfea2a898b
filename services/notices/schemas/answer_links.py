"""Shapes of what a link of a mail leads to."""

from __future__ import annotations

from marshmallow import fields

from services.notices.schemas.pages import NoticePageShape
from shared.schemas import Instant, Line, Shape, Text, one_of


class LinkToken(Shape):
    token = Text(500, required=True)


class LinkRequest(LinkToken):
    """``language``: of the reader; null: that of the mail."""

    language = one_of("en", "da", "sv", load_default=None, allow_none=True)


class Acknowledgement(Shape):
    """``name``, ``title``: of the person who acknowledges."""

    token = Text(500, required=True)
    name = Line(200, required=True)
    title = Line(200, required=True)


class LinkNoticeShape(Shape):
    id = fields.String()
    given_on = fields.String()
    objection_deadline = fields.String(allow_none=True)
    effective_on = fields.String(allow_none=True)
    silence = fields.String(allow_none=True)
    owes = fields.String()


class ContactOfLink(Shape):
    """``channel``: email, letter or webhook; without a name it was a client of the customer."""

    channel = fields.String()
    name = fields.String()
    title = fields.String()
    email = fields.String()
    received_on = fields.String()


class AnswerLinkShape(Shape):
    """What a link is about, in words of its reader's language. ``state``: ``open``, or why nothing
    can be answered by it."""

    mail_id = fields.String()
    state = fields.String()
    notice = fields.Nested(LinkNoticeShape)
    change_ids = fields.List(fields.String())
    agreement_id = fields.String()
    contact = fields.Nested(ContactOfLink)
    acknowledged_at = Instant(allow_none=True)
    acknowledged_by = fields.Nested(ContactOfLink, allow_none=True)
    language = fields.String()
    page = fields.Nested(NoticePageShape)
    processor = fields.Dict()
    customer = fields.Dict()


class OfferLinkShape(Shape):
    """Which offered version of which agreement a link was sent for, and to whom."""

    mail_id = fields.String()
    state = fields.String()
    agreement_id = fields.String()
    version = fields.Integer()
    contact = fields.Nested(ContactOfLink)
    language = fields.String(allow_none=True)
    processor = fields.Dict()
    customer = fields.Dict()
