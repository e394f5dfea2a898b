"""Shapes of what anybody asks at a public page."""

from __future__ import annotations

from marshmallow import fields

from services.notices.model.subscribers import COMING, TOPICS
from shared.schemas import Email, Flag, Line, Shape, Text, one_of


class PublicVendor(Shape):
    """The vendor whose page it is."""

    id = Text(80, required=True)
    slug = Text(80, required=True)
    legal_name = Text(500, required=True)


class SubscriptionAsked(Shape):
    """``topic``: ``coming``, what will change; ``all``, besides, what has taken effect.
    ``product``: the only one it is about; null: all. ``language``: of the page; a mail is in
    English where there is none in it. ``network``: of the visitor; it is kept as a keyed hash."""

    processor = fields.Nested(PublicVendor, required=True)
    email = Email(required=True)
    topic = one_of(*TOPICS, load_default=COMING)
    product = Text(200, load_default=None, allow_none=True)
    language = Text(35, required=True)
    network = Text(80, required=True)


class Question(Shape):
    """``about``: ``documents``, ``question``, or ``objection`` of a customer, which is none under
    its agreement yet. ``network``: as above."""

    processor = fields.Nested(PublicVendor, required=True)
    about = one_of("documents", "question", "objection", required=True)
    name = Line(200, required=True)
    email = Email(required=True)
    text = Text(4_000, required=True)
    language = Text(35, required=True)
    network = Text(80, required=True)


class QuestionTaken(Shape):
    state = one_of("sent")


class QuestionBox(Shape):
    """``is_open``: whether what is asked reaches the vendor."""

    is_open = Flag()


class SubscriptionToken(Shape):
    token = Text(500, required=True)


class SubscriptionTaken(Shape):
    """The same whatever is known of the address."""

    state = one_of("asked")


class SubscriptionState(Shape):
    """``state``: what became of it. ``expired``: the link; ask again. ``unknown``: no such link."""

    state = one_of("confirmed", "expired", "ended", "unknown")
