"""The shape of the rules of sending."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from shared.schemas import Shape


def _told(text: str) -> dict[str, Any]:
    return {"description": text}


class OverloadedShape(Shape):
    statuses = fields.List(
        fields.Integer(), metadata=_told("An answer with one of these, or none in time.")
    )
    wait = fields.Integer(metadata=_told("At least so many seconds until the next attempt."))


class LimitsShape(Shape):
    in_flight = fields.Integer(metadata=_told("Attempts at once to one endpoint."))
    per_second = fields.Integer(metadata=_told("Attempts a second to one endpoint."))


class StopsShape(Shape):
    gone_status = fields.Integer(metadata=_told("An answer with it disables the endpoint at once."))
    header = fields.String(
        metadata=_told("A header of the answer, with any value, that pauses the endpoint.")
    )


class DisabledShape(Shape):
    failures = fields.Integer(metadata=_told("Failures in a row from which an endpoint fails."))
    after = fields.Integer(metadata=_told("Seconds of failing after which it is disabled."))
    warned_after = fields.List(
        fields.Integer(), metadata=_told("Seconds of failing after which its owner is warned.")
    )


class SendingRulesShape(Shape):
    attempts = fields.Integer(metadata=_told("How often a message is tried."))
    waits = fields.List(fields.Integer(), metadata=_told("Seconds before each attempt."))
    jitter = fields.Float(metadata=_told("The part of a wait by which it varies either way."))
    attempt_seconds = fields.Integer(metadata=_told("The longest that one attempt may take."))
    overloaded = fields.Nested(OverloadedShape, metadata=_told("When a receiver gets more time."))
    longest_retry_after = fields.Integer(metadata=_told("The longest Retry-After that is heeded."))
    limits = fields.Nested(LimitsShape, metadata=_told("How much is sent at once."))
    stops = fields.Nested(StopsShape, metadata=_told("How a receiver ends what is sent to it."))
    disabled = fields.Nested(DisabledShape, metadata=_told("When failing disables an endpoint."))
