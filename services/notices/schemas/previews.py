"""Shapes of messages before they leave."""

from __future__ import annotations

from marshmallow import fields

from services.notices.schemas.entries import NoticeEntry
from shared.schemas import Shape, Text


class PreviewIn(Shape):
    """``terms_key``: of the terms group of the agreement."""

    entry = fields.Nested(NoticeEntry, required=True)
    language = Text(35, required=True)
    channel = Text(40, required=True)
    agreement_id = Text(60, required=True)
    terms_key = Text(100, required=True)


class PartShape(Shape):
    media_type = fields.String()
    content = fields.String()


class PreviewShape(Shape):
    """``parts``: the forms of one message; ``subject`` where the channel has one."""

    subject = fields.String(allow_none=True)
    parts = fields.List(fields.Nested(PartShape))


class DraftTold(Shape):
    """``change``: as the registry shows it to its vendor."""

    language = Text(35, load_default=None, allow_none=True)
    change = fields.Dict(keys=Text(60), values=fields.Raw(allow_none=True), required=True)
