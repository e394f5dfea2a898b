"""Shapes of signed checkpoints and of the keys that sign them."""

from __future__ import annotations

from marshmallow import fields

from shared.schemas import Shape, page_of


class CheckpointShape(Shape):
    stream = fields.String()
    sequence = fields.Integer()
    hash = fields.String()
    at = fields.String()
    key_id = fields.String()
    signature = fields.String()


class PublicKeyShape(Shape):
    kty = fields.String()
    crv = fields.String()
    use = fields.String()
    alg = fields.String()
    kid = fields.String()
    x = fields.String()


class PublicKeys(Shape):
    keys = fields.List(fields.Nested(PublicKeyShape))


CheckpointPage = page_of(CheckpointShape)
