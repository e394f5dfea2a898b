"""Shapes of the list of what needs a hand."""

from __future__ import annotations

from marshmallow import fields

from services.registry.schemas.pages import ActionShape
from services.registry.todo.item import KINDS, SUBJECTS
from services.registry.transfers.wording import LANGUAGES
from shared.schemas import Day, PageArgs, Shape, one_of, page_of


class TodoQuery(PageArgs):
    """``language``: of the details; without it, what the request accepts, else English."""

    language = one_of(*LANGUAGES, load_default=None)


class SubjectShape(Shape):
    type = one_of(*SUBJECTS)
    id = fields.String()
    name = fields.String()


class ItemShape(Shape):
    """``severity``: what must or should be done. ``action`` is null if no scope allows one."""

    kind = one_of(*KINDS)
    severity = one_of("must", "should")
    due_on = Day(allow_none=True)
    subject = fields.Nested(SubjectShape)
    detail = fields.String()
    action = fields.Nested(ActionShape, allow_none=True)


class AwayShape(Shape):
    """A service that does not answer, and the kinds of items that are unknown without it."""

    service = fields.String()
    kinds = fields.List(one_of(*KINDS))


class TodoShape(page_of(ItemShape)):  # type: ignore[misc]
    away = fields.List(fields.Nested(AwayShape))
