"""Shapes of deliveries, their attempts and messages."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from services.notices.channels.webhook import reason
from services.notices.model.deliveries import STATES
from shared.schemas import Instant, PageArgs, Shape, Text, one_of, page_of

UNREACHABLE = "unreachable"


class AttemptCode(fields.String):
    """The code of an attempt, as the owner of the endpoint reads it. Every failure to connect
    has the same code and text, because an endpoint must not reveal our network."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        hidden = bool(value) and reason(value) == reason(UNREACHABLE)
        return super()._serialize(UNREACHABLE if hidden else value, attr, obj, **kwargs)


class DeliveryQuery(PageArgs):
    """``type``: of the message, or its beginning (``agreement.*``); ``since`` and ``until``: when
    the message was made."""

    status = one_of(*STATES, load_default=None)
    type = Text(100, load_default=None)
    since = Instant(load_default=None)
    until = Instant(load_default=None)


class AttemptShape(Shape):
    id = fields.String()
    n = fields.Integer()
    at = Instant()
    duration_ms = fields.Integer()
    status = fields.Integer(allow_none=True)
    code = AttemptCode(allow_none=True)
    reason = fields.Function(
        lambda each: reason(each["code"]) if each["code"] else None,
        metadata={"type": ["string", "null"]},
    )
    # Bytes that are no UTF-8 are shown as replacement characters.
    body = fields.Function(
        lambda each: bytes(each["body"] or b"").decode("utf-8", "replace"),
        metadata={"type": "string"},
    )
    location = fields.String(allow_none=True, dump_default=None)


class DeliverySummary(Shape):
    id = fields.String(attribute="row._id")
    message_id = fields.String(attribute="row.message_id")
    endpoint_id = fields.String(attribute="row.endpoint_id")
    type = fields.String(attribute="message.type")
    change_id = fields.String(attribute="message.change_id", allow_none=True)
    status = fields.String(attribute="row.state")
    next_attempt_at = Instant(attribute="row.due_at", allow_none=True, dump_default=None)
    delivered_at = Instant(attribute="row.delivered_at", allow_none=True, dump_default=None)
    attempts_made = fields.Function(
        lambda each: sum(a["n"] for a in each.row["attempts"][-1:]), metadata={"type": "integer"}
    )


class DeliveryShape(DeliverySummary):
    attempts = fields.List(fields.Nested(AttemptShape), attribute="row.attempts")


class EventsQuery(Shape):
    after = fields.String(load_default=None, validate=validate.Regexp(r"^msg_[0-9a-z]{1,60}\Z"))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class MessageShape(Shape):
    """A message as a webhook would carry it, with its id."""

    id = fields.String()
    type = fields.String()
    timestamp = fields.String()
    data = fields.Dict()


DeliveryPage = page_of(DeliverySummary)
MessagePage = page_of(MessageShape)
