"""Shapes of the links of calendars."""

from __future__ import annotations

from marshmallow import fields

from shared.schemas import Shape, Text


class CalendarToken(Shape):
    token = Text(100, required=True)


class CalendarOwnerShape(Shape):
    org_id = fields.String()


class CalendarLinkShape(Shape):
    url = fields.String(metadata={"description": "For the calendar; it is shown this once."})
