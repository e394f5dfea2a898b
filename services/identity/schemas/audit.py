"""The audit trail, as asked for and answered."""

from __future__ import annotations

from marshmallow import fields, validate

from services.identity.model.trail import TYPES
from shared.schemas import Instant, PageArgs, Shape, page_of

NOUNS = sorted({f"{each.partition('.')[0]}.*" for each in TYPES})


class AuditQuery(PageArgs):
    type = fields.String(
        load_default=None,
        validate=validate.OneOf([*TYPES, *NOUNS]),
        metadata={"description": "A type of act, or all of a noun, as `client.*`"},
    )
    since = Instant(load_default=None, metadata={"description": "From this instant on"})
    until = Instant(load_default=None, metadata={"description": "Before this instant"})


class ActorShape(Shape):
    """``type``: ``person``, ``client``, ``installer``, or ``stranger`` for whoever failed to prove
    to be somebody."""

    type = fields.String()
    id = fields.String()
    name = fields.String()


class ActMembers(Shape):
    """``address``: the network from which it was done (/24 or /48). ``changes``: each member with
    what it said ``before`` and ``after``."""

    actor = fields.Nested(ActorShape)
    address = fields.String()
    subject = fields.Nested(ActorShape)
    changes = fields.Dict(keys=fields.String(), values=fields.Dict())


class PrivatePart(Shape):
    """SHA-256 over ``salt`` and the canonical JSON of ``members`` is the ``private_hash``."""

    salt = fields.String()
    members = fields.Nested(ActMembers)


class ActShape(Shape):
    """An act as it is chained: ``hash`` is SHA-256 over the canonical JSON (RFC 8785) of the other
    members, without ``private``. ``private``: null once it is forgotten, after two years."""

    stream = fields.String()
    sequence = fields.Integer()
    type = fields.String()
    at = fields.String()
    actor = fields.String()
    data = fields.Dict()
    private_hash = fields.String()
    previous_hash = fields.String()
    hash = fields.String()
    private = fields.Nested(PrivatePart, allow_none=True)


ActPage = page_of(ActShape)
