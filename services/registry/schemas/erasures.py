"""Shapes of erasures."""

from __future__ import annotations

from marshmallow import fields

from shared.schemas import Email, Shape, Text


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
