"""Shapes of webhook endpoints."""

from __future__ import annotations

from typing import Any, cast

from marshmallow import ValidationError, fields, validate

from services.notices.events import FOR_VENDORS, SUBSCRIBABLE
from services.notices.model.endpoints import LONGEST_OVERLAP_HOURS
from services.notices.model.filters import unmatched
from services.notices.schemas.deliveries import AttemptCode
from shared.egress import LONGEST_URL
from shared.schemas import Flag, Instant, Shape, Text, Whole, page_of, texts


class TestRequest(Shape):
    """``type``: of the message to send an example of; a plain test without it."""

    may_be_left_out = True

    type = Text(100, load_default=None, allow_none=True)


class TestSent(Shape):
    delivery_id = fields.String()


def _of_known_types(types: list[str]) -> None:
    unknown = unmatched(types, (*SUBSCRIBABLE, *FOR_VENDORS))
    if unknown:
        named = ", ".join(sorted({types[position] for position in unknown}))
        raise ValidationError(f"Not a type of message: {named}.")


def _event_types(**kwargs: object) -> fields.List[Any]:
    limits: list[Any] = [validate.Length(max=50), _of_known_types]
    return fields.List(fields.String(), validate=limits, **cast("dict[str, Any]", kwargs))


class EndpointChange(Shape):
    url = fields.String(validate=validate.Length(1, LONGEST_URL))
    description = Text(500, shortest=0)
    event_types = _event_types()
    processors = texts(100, 200)
    materiality = texts(100, 50)
    products = texts(200, 200)


class NewEndpoint(EndpointChange):
    url = fields.String(required=True, validate=validate.Length(1, LONGEST_URL))
    description = Text(500, shortest=0, load_default="")
    event_types = _event_types(load_default=list)
    processors = texts(100, 200, load_default=list)
    materiality = texts(100, 50, load_default=list)
    products = texts(200, 200, load_default=list)


class SecretShape(Shape):
    created_at = Instant()
    until = Instant(allow_none=True)


class HealthShape(Shape):
    """Since the last success; null while there is nothing to say. Its owner is warned after four
    failures in a row, after 24 and after 72 hours of them; at ``disables_at``, five days after the
    first, the next failure disables it, as a single answer of 410 does."""

    failures = fields.Integer()
    failing_since = Instant(attribute="first_failure_at", allow_none=True)
    last_failure_at = Instant(allow_none=True)
    last_error = AttemptCode(allow_none=True)
    disables_at = Instant(attribute="disabled_from", allow_none=True)
    slow_until = Instant(allow_none=True)
    blocked_at = Instant(allow_none=True)


class EndpointShape(Shape):
    id = fields.String()
    url = fields.String()
    display_url = fields.String()
    description = fields.String()
    event_types = fields.List(fields.String())
    processors = fields.List(fields.String())
    materiality = fields.List(fields.String())
    products = fields.List(fields.String())
    status = fields.String()
    disabled_at = Instant(allow_none=True)
    disabled_reason = fields.String(allow_none=True)
    probing = fields.Boolean()
    health = fields.Nested(HealthShape, allow_none=True)
    secrets = fields.List(fields.Nested(SecretShape))
    created_at = Instant()
    updated_at = Instant()


class EndpointWithSecret(EndpointShape):
    secret = fields.String()


class Rotation(Shape):
    may_be_left_out = True

    overlap_hours = Whole(0, LONGEST_OVERLAP_HOURS, load_default=24)


class Enabling(Shape):
    may_be_left_out = True

    skip_backlog = Flag(load_default=False)


class Recovery(Shape):
    since = Instant(required=True)
    until = Instant(load_default=None, allow_none=True)


class RecoveryStarted(Recovery):
    job_id = fields.String()


EndpointPage = page_of(EndpointShape)
