"""Agreements with many customers at once: drafts from templates, and those signed elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from functools import partial
from typing import Any

from services.agreements import events
from services.agreements.contract.annex import Annex
from services.agreements.contract.contents import SIGNED_ELSEWHERE, Content, Party
from services.agreements.contract.wording import BUILT_IN, Template
from services.agreements.ledger_entries import event
from services.agreements.model import life, signed_elsewhere
from services.agreements.model.agreement import Acceptance, Agreement, SignedFile, Version
from services.agreements.model.customers import (
    CustomerOutcome,
    CustomerRow,
    agreement_id_of,
    differences,
)
from services.agreements.model.document import make_version
from services.agreements.use_cases.imports import TEMPLATE
from services.agreements.use_cases.parties import content_of, template_of
from services.agreements.use_cases.saving import append_events, check_no_overlap, count_terms
from services.agreements.wiring import Deps
from shared.done_days import check_done
from shared.errors import DomainError, Invalid, Unavailable, problem_at
from shared.mongo import AlreadyExists, Session
from shared.pagination import PageRequest

MOST_TEMPLATES = 200
AnnexOf = Callable[[Content], Annex]


@dataclass(frozen=True)
class Batch:
    """Whose customers they are, and who sends them. ``annex_of``: the register, read once."""

    processor: Party
    client_id: str
    dry_run: bool
    annex_of: AnnexOf


def batch_of(deps: Deps, processor: Party, client_id: str, *, dry_run: bool) -> Batch:
    known: dict[tuple[str, tuple[str, ...]], Annex] = {}

    def annex_of(content: Content) -> Annex:
        key = content.language, content.products
        if key not in known:
            known[key] = deps.annex(processor.slug, content)
        return known[key]

    return Batch(processor, client_id, dry_run, annex_of)


def templates(deps: Deps, processor_id: str) -> Mapping[str, Template]:
    """The templates that a processor can draft from, by id and by name."""
    page = deps.templates.page([processor_id, BUILT_IN], PageRequest(MOST_TEMPLATES, None))
    return {key: template for template in page.items for key in (template.name, template.id)}


def published_content(template: Template, country: str | None, today: datetime) -> Content | None:
    """What a published template says by itself of a customer of this country."""
    published = template.published
    if published is None or country is None:
        return None
    terms = published.notice_options[0]
    return published.content(template.id, country, terms, from_day=today.date())


def take(deps: Deps, batch: Batch, rows: Sequence[CustomerRow]) -> list[CustomerOutcome]:
    """Add the agreement of each row, in a transaction of its own; a refused one stops no other.

    Raises ``Unavailable``.
    """
    return [_taken(deps, batch, row) for row in rows]


def _taken(deps: Deps, batch: Batch, row: CustomerRow) -> CustomerOutcome:
    if row.errors:
        return CustomerOutcome(row.row, "refused", errors=row.errors)
    if row.members is None:
        return CustomerOutcome(row.row, "none")
    try:
        return _with_agreement(deps, batch, row, row.members)
    except Unavailable:
        raise
    except DomainError as refused:
        return CustomerOutcome(row.row, "refused", errors=_reasons(refused))


def _with_agreement(
    deps: Deps, batch: Batch, row: CustomerRow, members: Mapping[str, Any]
) -> CustomerOutcome:
    agreement_id = agreement_id_of(batch.processor.id, row)
    content = _content(members)
    if known := deps.agreements.find(None, agreement_id):
        return _compared(row, known, content)
    make = _elsewhere if "signed_on" in members else _drafted
    write = make(deps, batch, row, members, content)
    if batch.dry_run:
        return CustomerOutcome(row.row, "ready")
    try:
        added = deps.mongo.transact(write)
    except AlreadyExists:
        # The same row came twice at the same moment.
        return _compared(row, deps.agreements.get(None, agreement_id), content)
    return CustomerOutcome(row.row, "added", added.id, added.status)


def _compared(row: CustomerRow, known: Agreement, content: Content) -> CustomerOutcome:
    """What is there stays; where the row says other, it is named."""
    found = differences(known.content, content)
    return CustomerOutcome(
        row.row, "differs" if found else "unchanged", known.id, known.status, differences=found
    )


Write = Callable[[Session], Agreement]


def _drafted(
    deps: Deps, batch: Batch, row: CustomerRow, members: Mapping[str, Any], content: Content
) -> Write:
    """A draft, and the offer of it if the row asks for that. Raises ``ContentsContradict``."""
    template = template_of(deps, batch.processor.id, content)
    version = make_version(
        agreement_id_of(batch.processor.id, row), 1, (batch.processor, row.controller), content,
        template, at=deps.now(), by=batch.client_id, annex=batch.annex_of(content),
        official=deps.official(template, content),
    )  # fmt: skip
    draft = replace(life.drafted(version), addressed_to=row.addressed_to)
    return partial(_write_draft, deps, version, draft, members["offer"])


def _write_draft(
    deps: Deps, version: Version, draft: Agreement, is_offered: bool, session: Session
) -> Agreement:
    made, new_events = draft, [event(events.DRAFTED, draft, version)]
    if is_offered:
        made = replace(life.offered(draft, deps.now(), deps.lapses_on()), revision=1)
        related = deps.agreements.related(session, made)
        new_events.append(event(events.OFFERED, made, version, related=related))
    deps.versions.add(session, version)
    deps.agreements.add(session, made)
    append_events(deps, session, made, new_events, made.processor.id)
    return made


def _elsewhere(
    deps: Deps, batch: Batch, row: CustomerRow, members: Mapping[str, Any], content: Content
) -> Write:
    """An agreement that waits for its customer to confirm it. Raises ``ContentsContradict``."""
    file = SignedFile(members["reference"], members["pdf_sha256"], members["signed_on"])
    check_done({"/signed_on": file.signed_on}, deps.now())
    if file.sha256 and not deps.files.has(batch.processor.id, file.sha256):
        raise problem_at("/pdf_sha256", "no-such-file", "Upload this PDF first.")
    signed = {"reference": file.reference, "sha256": file.sha256,
              "signed_on": file.signed_on.isoformat()}  # fmt: skip
    version = make_version(
        agreement_id_of(batch.processor.id, row), 1, (batch.processor, row.controller), content,
        TEMPLATE, at=deps.now(), by=batch.client_id, more={"signed_document": signed},
    )  # fmt: skip
    imported = signed_elsewhere.imported(version, file, _signatures(version, members))
    waiting = signed_elsewhere.to_be_confirmed(imported, row.addressed_to)
    return partial(_write_elsewhere, deps, version, imported, waiting)


def _write_elsewhere(
    deps: Deps, version: Version, imported: Agreement, waiting: Agreement, session: Session
) -> Agreement:
    """It binds at once if another agreement binds the two already."""
    is_related = deps.agreements.related(session, imported)
    made = imported if is_related and imported.executed(version.version) else waiting
    kinds = events.IMPORTED, events.ACTIVATED if made is imported else events.TO_BE_CONFIRMED
    check_no_overlap(deps, session, made, version)
    new_events = [event(kind, made, version) for kind in kinds]
    after, watermark = count_terms(deps, session, None, made, new_events)
    deps.versions.add(session, version)
    deps.agreements.add(session, after)
    append_events(deps, session, after, new_events, after.processor.id, watermark)
    return after


def _signatures(version: Version, members: Mapping[str, Any]) -> tuple[Acceptance, ...]:
    """Who signed, as far as the row says. Only the day is known, so the time is midnight UTC."""
    at = datetime.combine(members["signed_on"], time(), UTC)
    signatories = {side: members[f"{side}_signatory"] for side in ("processor", "controller")}
    return tuple(
        Acceptance(
            party=side, **signatory, at=at, version=version.version,
            document_sha256=version.document_sha256, client_id=version.made_by,
        )
        for side, signatory in signatories.items()
        if signatory
    )  # fmt: skip


def _content(members: Mapping[str, Any]) -> Content:
    template_id = members.get("template_id") or SIGNED_ELSEWHERE
    return content_of({"template_id": template_id, **members["content"]})


def _reasons(refused: DomainError) -> Sequence[Mapping[str, Any]]:
    if isinstance(refused, Invalid) and refused.errors:
        return refused.errors
    return [{"pointer": "", "code": refused.code, "detail": refused.detail}]
