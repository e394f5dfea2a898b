"""Templates: built in, a processor's own, and published for customers to take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from services.agreements.contract.contents import check
from services.agreements.contract.namesakes import in_both_forms
from services.agreements.contract.wording import (
    BUILT_IN,
    StandingAcceptance,
    Template,
    check_language,
)
from services.agreements.use_cases.parties import organisation_named
from services.agreements.use_cases.permissions import Origin, check_processor
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.documents import from_wire
from shared.errors import Conflict, NotFound
from shared.pagination import Page, PageRequest

ANY_COUNTRY = "DK"


class NotPublishable(Conflict):
    """Only a template with published terms can be accepted in advance; make a new version."""

    code = "template-without-terms"


class NotReplaceable(Conflict):
    """Only a template of your own can have a next version."""

    code = "template-not-yours"


def add(deps: Deps, caller: Caller, body: Mapping[str, Any]) -> Template:
    """A template of the caller's own, or the next version of one.

    Raises ``NotReplaceable``, ``AlreadyExists`` (it has a next version) or ``ContentsContradict``.
    """
    check_processor(caller)
    before = _replaced(deps, caller, body.get("replaces"))
    members = {"id": deps.new_id("tpl"), "owner": caller.org_id, "created_at": deps.now(),
               "kind": before.kind if before else "own",
               "version": before.version + 1 if before else 1}  # fmt: skip
    template = _checked(from_wire(Template, {**body, **members}), deps.now().date())
    deps.mongo.transact(lambda session: deps.templates.add(template, session))
    return template


def _checked(template: Template, today: date) -> Template:
    """The template with options that say the published terms in both forms.

    Raises ``ContentsContradict``.
    """
    published = template.published
    if published is None:
        return template
    rule = published.language
    for language in {rule.default, *rule.by_country.values()}:
        check_language(template, language, "/published/language")
    contents = [
        in_both_forms(published.content(template.id, ANY_COUNTRY, terms, from_day=today))
        for terms in published.notice_options
    ]
    for content in contents:
        check(content)
    options = tuple(content.notice_terms for content in contents)
    return replace(template, published=replace(published, notice_options=options))


def accept_for_all(
    deps: Deps, caller: Caller, origin: Origin, template_id: str, body: Mapping[str, Any]
) -> StandingAcceptance:
    """Accept in advance, for the caller, every customer that takes this template unchanged.

    Raises ``NotPublishable`` for a template that lacks the terms to take.
    """
    template = _own(deps, caller, template_id)
    if template.published is None:
        raise NotPublishable
    standing = StandingAcceptance(
        **body, at=deps.now(), client_id=origin.client_id, address=origin.address
    )
    deps.mongo.transact(lambda session: deps.templates.accept_for_all(template, standing, session))
    return standing


def withdraw(deps: Deps, caller: Caller, template_id: str) -> None:
    """Withdraw the standing acceptance. Agreements made with it stay."""
    template = _own(deps, caller, template_id)
    if not deps.mongo.transact(lambda session: deps.templates.withdraw(template.id, session)):
        raise NotFound("This template has no standing acceptance.")


def page(deps: Deps, caller: Caller, processor: str | None, request: PageRequest) -> Page:
    """Built-in templates and the caller's own; with ``processor``, those it has published."""
    if processor is None:
        return deps.templates.page((BUILT_IN, caller.org_id), request)
    owner = organisation_named(deps, processor)
    # An unknown processor gets the same empty page as one that publishes nothing.
    return deps.templates.ready(owner["id"] if owner else processor, request)


def one(deps: Deps, caller: Caller, template_id: str) -> Template:
    template = deps.templates.find(template_id)
    if template is None or not (
        template.visible_to(caller.org_id) or deps.templates.standing(None, template.id)
    ):
        raise NotFound("There is no such template.")
    return template


def _own(deps: Deps, caller: Caller, template_id: str) -> Template:
    check_processor(caller)
    template = deps.templates.find(template_id)
    if template is None or template.owner != caller.org_id:
        raise NotFound("There is no such template of yours.")
    return template


def _replaced(deps: Deps, caller: Caller, template_id: str | None) -> Template | None:
    if template_id is None:
        return None
    template = deps.templates.find(template_id)
    if template is None or template.owner != caller.org_id:
        raise NotReplaceable
    return template
