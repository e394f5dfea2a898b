"""Forms of pages: read strictly, filled in again where something is wrong, and sent on after."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request
from marshmallow import Schema, ValidationError
from werkzeug.datastructures import MultiDict

from services.portal.pages import LANGUAGES, html, language_of
from shared.errors import DomainError, NotFound
from shared.headers import see_other
from shared.openapi import Blueprint

FORM = "application/x-www-form-urlencoded"
REFUSED = "refused.html"
SEVERAL = ("change_ids",)
# Longer than any that is made: what is cut off here is no good anyway.
LONGEST_TOKEN = 500

Page = Callable[..., Response]


@dataclass(frozen=True)
class Filled:
    """A form as it was sent. ``act``: the button; ``members``: what was written, as it was read;
    ``errors``: the names of members that are missing or cannot be taken."""

    act: str = ""
    members: Mapping[str, Any] = field(default_factory=dict)
    errors: frozenset[str] = frozenset()

    def said(self, act: str, name: str) -> Any:
        """What was written for a member of this form; empty in any other."""
        return self.members.get(name, "") if act == self.act else ""

    def lacks(self, act: str, name: str) -> bool:
        return act == self.act and name in self.errors


def filled_in(forms: Mapping[str, type[Schema]], sent: MultiDict[str, str]) -> Filled:
    """The form that was sent, by its ``act``."""
    act = sent.get("act", "")
    written: dict[str, Any] = {
        name: sent.getlist(name) if name in SEVERAL else sent[name].replace("\r\n", "\n").strip()
        for name in sent
        if name != "act"
    }
    if act not in forms:
        return Filled(errors=frozenset({"act"}))
    try:
        return Filled(act, forms[act]().load(written))
    except ValidationError as error:
        return Filled(act, written, frozenset(map(str, error.messages_dict)))


def asked_language() -> str | None:
    """The language that the reader chose on the page; None: that of the mail."""
    chosen = request.args.get("lang", "")
    return chosen if chosen in LANGUAGES else None


def again(page: str = "") -> Response:
    """Back to the page, which shows what is recorded: reloading it sends nothing twice.

    ``page``: its path, where the form was sent to another.
    """
    chosen = asked_language()
    path = page or f"{request.script_root}{request.path}"
    return see_other(f"{path}{f'?lang={chosen}' if chosen else ''}")


def page_route(blueprint: Blueprint) -> Callable[[Page], Page]:
    """A view whose refusals are pages, too: a link that is no good is told of and says nothing of
    what it was about, and a service that is away is told of as that."""

    def decorate(view: Page) -> Page:
        @functools.wraps(view)
        def shown(token: str, **more: str) -> Response:
            try:
                return view(token[:LONGEST_TOKEN], **more)
            except NotFound:
                return _refused("link", NotFound.status)
            except DomainError as error:
                return _refused("away", error.status)

        described: Page = blueprint.response(200, content_type="text/html")(shown)
        return described

    return decorate


def _refused(kind: str, status: int) -> Response:
    language = language_of(asked_language(), request.accept_languages.best_match(list(LANGUAGES)))
    return html(REFUSED, status, language, kind=kind)
