"""Shapes of ledger entries that notices takes in."""

from __future__ import annotations

from marshmallow import fields, validate

from shared.schemas import Shape, Text, Whole

MOST_ENTRIES = 500


class NoticeEntry(Shape):
    """A notice as it would stand in the ledger, without the hashes that chain it."""

    stream = Text(200, required=True)
    sequence = Whole(1, 2**53, required=True)
    type = Text(100, required=True)
    at = fields.String(required=True)
    data = fields.Dict(required=True)
    private = fields.Dict(required=True)


class EntryShape(NoticeEntry):
    """A ledger entry with what is kept beside it (``private``)."""

    actor = fields.String(required=True)
    private = fields.Dict(allow_none=True, load_default=None)
    private_hash = fields.String(allow_none=True, load_default=None)
    previous_hash = fields.String(required=True)
    hash = fields.String(required=True)


class Entries(Shape):
    entries = fields.List(
        fields.Nested(EntryShape), required=True, validate=validate.Length(1, MOST_ENTRIES)
    )


class Accepted(Shape):
    accepted = fields.Integer()
