"""Shapes of records: what is noted of an entry without notice."""

from __future__ import annotations

from marshmallow import fields, validate

from services.registry.linter import record_members
from services.registry.schemas.entries import SubProcessorIn
from shared.schemas import Shape, Text


class RecordedMembers(SubProcessorIn):
    """Any members of an entry."""


class NewRecord(Shape):
    """``set``: the members that differ, each as a whole; the others stay as they are."""

    set = fields.Nested(
        # Of the entry any member may be left out; of what is inside of one, none.
        RecordedMembers(partial=tuple(sorted(record_members()))),
        required=True,
        validate=validate.Length(min=1),
    )
    note = Text(2_000, load_default=None, allow_none=True)
