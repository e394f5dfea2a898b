"""Shapes of ledgers: entries, checkpoints, the keys that sign them, and erasures."""

from __future__ import annotations

from marshmallow import fields, validate

from shared.schemas import Email, Flag, PublicKeyShape, Shape, Text, page_of


class LedgerQuery(Shape):
    after = fields.Integer(load_default=0, validate=validate.Range(0, 2**53))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 200))


class LedgerEntryShape(Shape):
    stream = fields.String()
    sequence = fields.Integer()
    type = fields.String()
    at = fields.String()
    actor = fields.String()
    data = fields.Dict(allow_none=True)
    withheld = Flag()
    private_hash = fields.String(allow_none=True)
    previous_hash = fields.String()
    hash = fields.String()


class LedgerPage(Shape):
    items = fields.List(fields.Nested(LedgerEntryShape))
    next_cursor = fields.Integer(allow_none=True)


class CheckpointShape(Shape):
    stream = fields.String()
    sequence = fields.Integer()
    hash = fields.String()
    at = fields.String()
    key_id = fields.String()
    signature = fields.String()


class PublicKeys(Shape):
    keys = fields.List(fields.Nested(PublicKeyShape))


CheckpointPage = page_of(CheckpointShape)


class NewErasure(Shape):
    email = Email(required=True)
    # It stays in the public ledger, so it must not name the person.
    reason = Text(500, load_default="Erased at the person's request (GDPR Art. 17).")


class ErasedShape(Shape):
    sequence = fields.Integer()
    entries = fields.List(fields.Integer())
    versions = fields.Integer()
    changes = fields.Integer()
    import_rows = fields.Integer()
    confirmations = fields.Integer()
