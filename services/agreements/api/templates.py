"""The routes of templates, of standing acceptance and of self-serve."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from services.agreements.api import media
from services.agreements.api.context import Shown, deps, made, origin, page_request
from services.agreements.contract.wording import Template
from services.agreements.schemas.agreements import AgreementShape
from services.agreements.schemas.templates import (
    NewStanding,
    NewTemplate,
    SelfServe,
    StandingShape,
    TemplatePage,
    TemplateQuery,
    TemplateShape,
)
from services.agreements.use_cases import documents, self_serve, templates
from shared.auth import caller, requires
from shared.headers import located
from shared.openapi import Blueprint
from shared.pagination import Page
from shared.places import expensive

blp = Blueprint("templates", __name__, url_prefix="/v1", description="Templates and self-serve")


@blp.route("/templates", methods=["POST"])
@requires("agreements:write")
@blp.arguments(NewTemplate)
@blp.response(201, TemplateShape)
@blp.alt_response(409, "CONFLICT")
def add(body: dict[str, Any]) -> Any:
    """A template of your own; it never changes, a new wording is the next version of it."""
    template = templates.add(deps(), caller(), body)
    return template, located(f"/templates/{template.id}")


@blp.route("/templates")
@requires("agreements:read")
@blp.arguments(TemplateQuery, location="query")
@blp.response(200, TemplatePage)
def page(query: dict[str, Any]) -> Page:
    """The built-in ones and your own; with ``?processor=`` those you can take from it."""
    request = page_request(query)
    return templates.page(deps(), caller(), query["processor"], request)


@blp.route("/templates/<template_id>")
@requires("agreements:read")
@blp.response(200, TemplateShape)
@blp.alt_response(404, "NOT_FOUND")
def one(template_id: str) -> Template:
    return templates.one(deps(), caller(), template_id)


@blp.route("/templates/<template_id>/standing-acceptance", methods=["POST"])
@requires("agreements:write")
@blp.arguments(NewStanding)
@blp.response(201, StandingShape)
@blp.alt_response(409, "CONFLICT")
def accept_for_all(body: dict[str, Any], template_id: str) -> Any:
    """Your signatory accepts, in advance, every customer who takes this template as it is."""
    standing = templates.accept_for_all(deps(), caller(), origin(caller()), template_id, body)
    return standing, located(f"/templates/{template_id}")


@blp.route("/templates/<template_id>/standing-acceptance/withdraw", methods=["POST"])
@requires("agreements:write")
@blp.response(204)
@blp.alt_response(404, "NOT_FOUND")
def withdraw(template_id: str) -> None:
    """From now on nobody can take it; agreements made with it stay."""
    templates.withdraw(deps(), caller(), template_id)


@blp.route("/self-serve/preview", methods=["POST"])
@requires("agreements:accept")
@expensive
@blp.arguments(SelfServe)
@blp.response(200, content_type=documents.JSON)
@blp.response(200, content_type=documents.HTML)
@blp.response(200, content_type=documents.PDF)
@blp.response(200, content_type=documents.DOCX)
@blp.alt_response(409, "CONFLICT")
def read_first(body: dict[str, Any]) -> Response:
    """The very document that this body would make, to be read before it binds: as JSON, HTML or
    PDF, by ``Accept``. Nothing is stored; ``as_read`` takes it as it stands."""
    kind = media.wanted(request.accept_mimetypes)
    version = self_serve.preview(deps(), caller(), origin(caller()), body)
    return media.answer(version, documents.unsigned(deps(), version, kind), kind)


@blp.route("/self-serve", methods=["POST"])
@requires("agreements:accept")
@blp.arguments(SelfServe)
@blp.response(201, AgreementShape)
@blp.alt_response(409, "CONFLICT")
def take(body: dict[str, Any]) -> Shown:
    """Take a published template: binding at once, or a proposal if you want other terms."""
    return made(self_serve.take(deps(), caller(), origin(caller()), body))
