"""The document of one version: canonical JSON, whose SHA-256 is what the parties accept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import rfc8785

from services.agreements.contents import Content, Party
from services.agreements.model import Version
from services.agreements.wording import Template, in_language
from shared.documents import to_document
from shared.times import format_instant


def make_version(
    agreement_id: str,
    number: int,
    parties: tuple[Party, Party],
    content: Content,
    template: Template,
    *,
    at: datetime,
    by: str,
) -> Version:
    """The version with its document. ``parties`` are the processor and the controller."""
    processor, controller = parties
    members = {
        "agreement_id": agreement_id,
        "version": number,
        "made_at": format_instant(at),
        "processor": _party(processor),
        "controller": _party(controller),
        "template": _wording(template, content.language),
        **to_document(content),
    }
    text = rfc8785.dumps(members)
    return Version(
        id=f"{agreement_id}:{number}", agreement_id=agreement_id, version=number,
        processor=processor, controller=controller, content=content,
        document=text.decode(), document_sha256=hashlib.sha256(text).hexdigest(),
        made_at=at, made_by=by,
    )  # fmt: skip


def _party(party: Party) -> Mapping[str, Any]:
    members = to_document(party)
    return {"id": members.pop("_id"), **members}


def _wording(template: Template, language: str) -> Mapping[str, Any]:
    """The wording is frozen into the document, so that it stays whatever becomes of templates."""
    sections = [
        {
            "number": each.number,
            "heading": in_language(each.heading, language),
            "text": in_language(each.text, language),
        }
        for each in template.sections
    ]
    return {"id": template.id, "name": template.name, "reference": template.reference,
            "sections": sections}  # fmt: skip
