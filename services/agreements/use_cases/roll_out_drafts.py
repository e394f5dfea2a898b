"""The new version that a roll-out would offer to one agreement, or what stands against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.agreements.contract.annex import Annex
from services.agreements.contract.contents import Content, check
from services.agreements.contract.namesakes import amended_members
from services.agreements.contract.wording import Template
from services.agreements.model.agreement import Agreement, Version
from services.agreements.model.document import check_complete
from services.agreements.model.roll_outs import (
    HasItAlready,
    Reason,
    RollOut,
    check_can_get,
    members_from,
)
from services.agreements.use_cases.offering import next_version
from services.agreements.use_cases.parties import content_of, party
from services.agreements.wiring import Deps
from shared.errors import Conflict, DomainError, Forbidden, Invalid, NotFound

# What keeps one agreement from getting the new version, and is no fault of the loop.
STANDS_AGAINST = (Conflict, Invalid, NotFound, Forbidden)


@dataclass
class Drafts:
    """The new versions of one step, which asks for each list of sub-processors once."""

    deps: Deps
    roll_out: RollOut

    def __post_init__(self) -> None:
        self._lists: dict[tuple[Any, ...], Annex] = {}
        self._template = self.deps.templates.find(self.roll_out.template_id)
        self._slug = party(self.deps, self.roll_out.processor_id).slug

    def of(self, seen: Agreement) -> Version:
        """The version that this agreement would get. Raises what keeps it from that."""
        check_can_get(seen)
        content = self._content(self._known_template(), seen)
        check(content)
        list_ = self._list(content)
        version = next_version(self.deps, seen, content, self.roll_out.client_id, list_)
        check_complete(version)
        return version

    def _known_template(self) -> Template:
        if self._template is None:
            raise NotFound("There is no such template.")
        return self._template

    def _content(self, template: Template, seen: Agreement) -> Content:
        members = members_from(self.roll_out, template, seen.content)
        content = content_of(amended_members(seen.content, members))
        if content == seen.content:
            raise HasItAlready
        return content

    def _list(self, content: Content) -> Annex:
        key = (content.language, content.products)
        if key not in self._lists:
            self._lists[key] = self.deps.annex(self._slug, content)
        return self._lists[key]


def reason_of(error: DomainError) -> Reason:
    """Why an agreement cannot get the new version, by what was raised."""
    listed = getattr(error, "errors", None) or [{"code": error.code, "detail": error.detail}]
    return Reason(listed[0]["code"], listed[0]["detail"], tuple(error.context.get("open") or ()))
