"""Shapes of what customers propose to change."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.agreements.model.proposals import STATES
from services.agreements.schemas.agreements import SHA256, Amendment
from services.agreements.schemas.templates import NewStanding
from shared.schemas import Instant, PageArgs, Shape, Text, one_of, page_of


class ProposedChanges(Amendment):
    """The members that would change; each replaces its namesake as a whole."""

    class Meta(Amendment.Meta):
        exclude = ("template_id", "language")


class CommentShape(Shape):
    """``section``: its number in the document; none for the whole."""

    section = Text(100, load_default=None, allow_none=True)
    text = Text(4_000, required=True)


class NewProposal(NewStanding):
    """``document_sha256``: of the document that was read. ``changes``, ``comments`` or both; name,
    title and e-mail of who proposes."""

    document_sha256 = fields.String(required=True, validate=SHA256)
    changes = fields.Nested(ProposedChanges, load_default=dict)
    comments = fields.List(
        fields.Nested(CommentShape), load_default=list, validate=validate.Length(max=50)
    )

    @validates_schema(skip_on_field_errors=True)
    def says_something(self, body: dict[str, Any], **_: Any) -> None:
        """Raises ``ValidationError`` where nothing is proposed."""
        if not body["changes"] and not body["comments"]:
            raise ValidationError("Propose a change, or comment on a section.", "comments")


class NewAnswer(Shape):
    text = Text(2_000, required=True)


class AnswerShape(NewAnswer):
    at = Instant()


class ProposalShape(NewStanding):
    """``offered``: the version that was offered with its changes."""

    id = fields.String()
    agreement_id = fields.String()
    version = fields.Integer()
    document_sha256 = fields.String()
    changes = fields.Dict(keys=fields.String())
    comments = fields.List(fields.Nested(CommentShape))
    state = one_of(*STATES)
    answers = fields.List(fields.Nested(AnswerShape))
    offered = fields.Integer(allow_none=True)
    at = Instant()


class ProposalQuery(PageArgs):
    state = one_of(*STATES, load_default=None)


ProposalPage = page_of(ProposalShape)
