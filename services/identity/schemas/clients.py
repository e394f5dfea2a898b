"""Clients, as asked for and answered."""

from __future__ import annotations

from marshmallow import fields, validate

from services.identity.model.clients import LONGEST_OVERLAP_HOURS
from shared.schemas import Instant, Line, PageArgs, Shape, Text, Whole, page_of


class NewClient(Shape):
    org_id = fields.String(load_default=None)
    name = Line(200, required=True)
    scopes = fields.List(Text(60), required=True, validate=validate.Length(min=1, max=30))


class ClientShape(Shape):
    id = fields.String()
    org_id = fields.String()
    name = fields.String()
    scopes = fields.List(fields.String())
    created_at = Instant()
    old_secret_until = Instant(
        allow_none=True,
        metadata={"description": "When its older secrets end or ended; null if none was kept"},
    )


class ClientWithSecret(ClientShape):
    client_id = fields.String()
    client_secret = fields.String()


class RotateClient(Shape):
    may_be_left_out = True

    overlap_hours = Whole(
        0,
        LONGEST_OVERLAP_HOURS,
        load_default=0,
        metadata={"description": "For how long the old secret works beside the new one"},
    )


class RotatedClient(ClientWithSecret):
    old_tokens_until = Instant(
        metadata={"description": "Tokens fetched with the old secret may be used until then"}
    )


class ClientQuery(PageArgs):
    org_id = fields.String(load_default=None)


class HandsQuery(Shape):
    org_id = fields.String(required=True)
    actor_ids = Text(
        2_000,
        required=True,
        metadata={"description": "Ids of clients and persons, separated by commas"},
    )


class HandsShape(Shape):
    """``hands``: by client id; clients of the same hand count as one where two must approve.
    ``known_to``: the persons who have known a secret of that hand. ``names``, ``titles``: of those
    that are still there. ``let_in_by``: by whom persons among these came in during the last seven
    days. ``one_with``: others who read the same mailbox. ``four_eyes``: what a second hand is
    needed for. ``has_persons``: whether persons approve, because one owns it, and ``may_approve``
    those of them whose role lets them now."""

    hands = fields.Dict(keys=fields.String(), values=fields.String())
    names = fields.Dict(keys=fields.String(), values=fields.String())
    titles = fields.Dict(keys=fields.String(), values=fields.String())
    known_to = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    let_in_by = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    one_with = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    four_eyes = fields.String()
    has_persons = fields.Boolean()
    may_approve = fields.List(fields.String())


class RemovedQuery(Shape):
    since = Instant(load_default=None)


class RemovedClientShape(Shape):
    client_id = fields.String()
    removed_at = Instant()


class RemovedShape(Shape):
    """``token_seconds``: how long a token lives, and so how long to remember a removed client."""

    items = fields.List(fields.Nested(RemovedClientShape))
    token_seconds = fields.Integer()


ClientPage = page_of(ClientShape)
