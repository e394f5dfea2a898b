"""Shapes of notices, as their customer reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from services.notices.model.messages import NOTICE
from services.notices.model.stored import changes_of
from shared.counting import counted_in_all
from shared.schemas import Flag, Instant, PageArgs, Shape, Text, page_of

# For the description: they are stored as they are answered.
DAY = {"format": "date"}
IDS = {"type": "array", "items": {"type": "string"}}


class NoticesQuery(PageArgs):
    change_id = Text(100, load_default=None)


def counting_of(notice: Mapping[str, Any]) -> dict[str, str] | None:
    return counted_in_all(notice.get("holidays"), notice.get("time_zones") or ())


class NoticeShape(Shape):
    """``change_ids``: all changes of the notice, ``change_id`` the first of them."""

    id = fields.String(attribute="notice.id")
    change_id = fields.String()
    change_ids = fields.Function(changes_of, metadata=IDS)
    agreement_id = fields.String()
    processor_id = fields.String()
    type = fields.String()
    given_at = Instant(attribute="at")
    given_on = fields.String(attribute="notice.given_on", metadata=DAY)
    objection_deadline = fields.String(
        attribute="notice.objection_deadline", allow_none=True, metadata=DAY
    )
    effective_on = fields.String(attribute="notice.effective_on", allow_none=True, metadata=DAY)
    silence = fields.String(attribute="notice.silence", allow_none=True)
    owes = fields.String(attribute="notice.owes", dump_default=NOTICE)
    provisional = Flag(attribute="notice.provisional", dump_default=False)
    holidays = fields.String(attribute="notice.holidays", allow_none=True)
    time_zones = fields.List(fields.String(), attribute="notice.time_zones")
    emergency_agreed = Flag(attribute="notice.emergency_agreed", allow_none=True, dump_default=None)
    counting = fields.Function(
        lambda row: counting_of(row["notice"]),
        metadata={
            "type": ["object", "null"],
            "additionalProperties": {"type": "string"},
            "description": "How the days are counted, by language; null in old notices",
        },
    )
    acknowledged_at = Instant(allow_none=True)


NoticePage = page_of(NoticeShape)
