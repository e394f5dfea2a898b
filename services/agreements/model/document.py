"""The document of one version: canonical JSON, whose SHA-256 is what the parties accept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import rfc8785

from services.agreements.contract.annex import Annex
from services.agreements.contract.comparing import changes
from services.agreements.contract.contents import SIGNED_ELSEWHERE, Content, Party
from services.agreements.contract.sentences.contract import contract
from services.agreements.contract.sentences.official import File
from services.agreements.contract.shortfalls import shortfalls
from services.agreements.contract.wording import Template, in_language
from services.agreements.model.agreement import Version
from services.agreements.model.life import DocumentIncomplete
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
    annex: Annex | None = None,
    amends: Version | None = None,
    more: Mapping[str, Any] | None = None,
    official: File | None = None,
) -> Version:
    """The version with its document. ``parties`` are the processor and the controller.

    ``annex``: its sub-processors. ``amends``: the version whose changes it tells. ``more``:
    members that only some documents have. ``official``: the file of the official text, if any.
    """
    processor, controller = parties
    named = {"agreement_id": agreement_id, "version": number, "made_at": format_instant(at)}
    listed = annex or Annex(at.date(), register=False)
    members = {
        **named, **_agreed(parties, content, template), "sub_processors": listed.members(),
        **_counting(parties, content), **_contract(parties, content, template, official),
        **(more or {}),
    }  # fmt: skip
    if amends:
        members["amends"] = {"version": amends.version, "changes": changes(read(amends), members)}
    text = rfc8785.dumps(members)
    return Version(
        id=f"{agreement_id}:{number}", agreement_id=agreement_id, version=number,
        processor=processor, controller=controller, content=content,
        document=text.decode(), document_sha256=hashlib.sha256(text).hexdigest(),
        made_at=at, made_by=by, weaker=shortfalls(template, content),
    )  # fmt: skip


def _agreed(parties: tuple[Party, Party], content: Content, template: Template) -> dict[str, Any]:
    processor, controller = parties
    return {
        "processor": _party(processor),
        "controller": _party(controller),
        "template": _wording(template, content.language),
        **to_document(content),
    }


def _contract(
    parties: tuple[Party, Party], content: Content, template: Template, official: File | None
) -> dict[str, Any]:
    """The sentences of the contract, so that the hash holds the words that were read. A document
    that was signed elsewhere has words of its own."""
    if content.template_id == SIGNED_ELSEWHERE:
        return {}
    zones = _zones(parties, content)
    return {"contract": contract(template, content, parties, zones, official)}


def _zones(parties: tuple[Party, Party], content: Content) -> list[str]:
    """The time zone that the terms name, else those of the parties that are known."""
    agreed = content.notice_terms.time_zone
    known = [agreed] if agreed else [party.time_zone for party in parties]
    return list(dict.fromkeys(zone for zone in known if zone))


def _counting(parties: tuple[Party, Party], content: Content) -> dict[str, Any]:
    """How periods are counted: a contract has that rule only by its own words, which a document
    signed elsewhere does not have."""
    if content.template_id == SIGNED_ELSEWHERE:
        return {}
    zones = _zones(parties, content)
    return {"counting": {"holidays": content.notice_terms.holidays, "time_zones": zones}}


def read(version: Version) -> dict[str, Any]:
    """The members of a document."""
    members: dict[str, Any] = json.loads(version.document)
    return members


def open_points(version: Version) -> list[str]:
    """What the annexes of the document ask for and nobody has answered, by annex and point."""
    return list((read(version).get("contract") or {}).get("open") or ())


def official_file_named(version: Version) -> str | None:
    """The SHA-256 of the official file that the document names, if it names one."""
    file = (read(version).get("contract") or {}).get("official_file")
    return file["sha256"] if file else None


def check_complete(version: Version) -> None:
    """Raises ``DocumentIncomplete`` where a point is open: who signs must know to what."""
    if points := open_points(version):
        raise DocumentIncomplete(context={"open": points})


def _party(party: Party) -> Mapping[str, Any]:
    members = to_document(party)
    return {"id": members.pop("_id"), **members}


def _wording(template: Template, language: str) -> Mapping[str, Any]:
    """The wording is frozen into the document, so that it stays whatever becomes of templates."""
    sections = [
        {
            "number": section.number,
            "heading": in_language(section.heading, language),
            "text": in_language(section.text, language),
        }
        for section in template.sections
    ]
    annexes = [
        {
            "subject": annex.subject,
            "heading": in_language(annex.heading, language),
            "text": in_language(annex.text, language),
        }
        for annex in template.annexes
    ]
    return {"id": template.id, "name": template.name, "kind": template.kind,
            "reference": template.reference, "sections": sections,
            "annexes": annexes}  # fmt: skip
