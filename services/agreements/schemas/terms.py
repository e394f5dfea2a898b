"""Shapes for other services: notice terms, and the agreements of two parties."""

from __future__ import annotations

from marshmallow import fields

from services.agreements.schemas.agreements import ORGANISATION
from services.agreements.schemas.notice_terms import TermsShape
from shared.schemas import Day, Instant, PageArgs, Shape, page_of


class ProcessorQuery(Shape):
    processor_id = fields.String(required=True, validate=ORGANISATION)


class NoticeTermsIn(ProcessorQuery):
    """``apart``: customers whose covers are answered one by one."""

    apart = fields.List(fields.String(validate=ORGANISATION), load_default=list)


class OffersQuery(ProcessorQuery, PageArgs):
    pass


class WaitingOfferShape(Shape):
    """An offer that its processor has not accepted; ``customer`` is the name it stands under."""

    agreement_id = fields.String()
    customer = fields.String()
    lapses_on = Day()


OfferPage = page_of(WaitingOfferShape)


class WordingShape(Shape):
    """``type``: template or agreement; ``name``: that of the template, or of the customer."""

    type = fields.String()
    id = fields.String()
    name = fields.String()
    texts = fields.List(fields.String())


class TextsOfAll(Shape):
    items = fields.List(fields.Nested(WordingShape))


class RelationQuery(ProcessorQuery):
    controller_id = fields.String(required=True, validate=ORGANISATION)


class CoverShape(Shape):
    """What an agreement is for; no products: all. ``begins_on``: its first day, if that lies ahead;
    ``ends_on``: the first day without it, if a termination has set one."""

    products = fields.List(fields.String())
    begins_on = Day(allow_none=True)
    ends_on = Day(allow_none=True)


class ProfileShape(Shape):
    """Customers whose agreements in the group ``key`` cover the same. ``customer_id``: of one that
    was asked for apart."""

    key = fields.String()
    covers = fields.List(fields.Nested(CoverShape))
    customers = fields.Integer()
    customer_id = fields.String(allow_none=True)


class GroupTermsShape(TermsShape):
    """``customer_time_zone``: of customers whose agreement names none and whose days differ."""

    customer_time_zone = fields.String()


class GroupShape(Shape):
    key = fields.String()
    authorisation = fields.String(allow_none=True)
    terms = fields.Nested(GroupTermsShape)
    agreements = fields.Integer()
    customers = fields.Integer()


class NoticeTermsOfAll(Shape):
    """``customers``: the number in all; one with two agreements counts once."""

    version = fields.Integer()
    customers = fields.Integer()
    groups = fields.List(fields.Nested(GroupShape))
    profiles = fields.List(fields.Nested(ProfileShape))


class CoversQuery(ProcessorQuery, PageArgs):
    controller_id = fields.String(load_default=None, validate=ORGANISATION)


class CustomerNamed(Shape):
    id = fields.String()
    legal_name = fields.String()


class CoveringShape(Shape):
    """One agreement whose customer is owed notice; ``key``: of its terms group."""

    agreement_id = fields.String()
    controller = fields.Nested(CustomerNamed)
    key = fields.String()
    cover = fields.Nested(CoverShape)
    channels = fields.List(fields.String())


CoveringPage = page_of(CoveringShape)


class SinceShape(Shape):
    since_version = fields.Integer()
    key = fields.String(allow_none=True)
    terms = fields.Nested(TermsShape, allow_none=True)
    cover = fields.Nested(CoverShape, allow_none=True)


class RelatedAgreement(Shape):
    """``ends_on`` is the first day on which it is not in force any more; ``ended_on`` and
    ``ended_at`` tell when it did end. ``list_accepted_on``: when its list of sub-processors was
    accepted; ``accepted_changes``: the coming changes that its documents name."""

    agreement_id = fields.String()
    status = fields.String()
    cover = fields.Nested(CoverShape)
    effective_from = Day()
    ends_on = Day(allow_none=True)
    ended_on = Day(allow_none=True)
    ended_at = Instant(allow_none=True)
    list_accepted_on = Day(allow_none=True)
    accepted_changes = fields.List(fields.String())
    authorisation = fields.String()
    terms = fields.Nested(TermsShape)
    history = fields.List(fields.Nested(SinceShape))


class Relation(RelatedAgreement):
    """The agreement in force, else the newest; ``agreements`` holds all of them."""

    agreements = fields.List(fields.Nested(RelatedAgreement))
