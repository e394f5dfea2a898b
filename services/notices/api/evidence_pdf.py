"""The proof of a notice as a document for an authority: in one language, with local times."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from services.notices import events
from services.notices.api.evidence_lines import Clock, Rules, row_content
from services.notices.letters.contents import section_of
from services.notices.letters.headlines import headline_of
from services.notices.letters.shape import Section
from services.notices.letters.small_print import persons_named
from services.notices.letters.words import Words, words
from services.notices.model.evidence import Evidence
from services.notices.model.messages import INFORMATION, Event, text_of
from services.notices.model.told_changes import changes_told
from shared import typeset
from shared.times import parse_instant

Json = dict[str, Any]

TEMPLATE = Path(__file__).parent.parent / "templates" / "evidence.typ"
_LABELS = (
    "law", "told", "days", "customers", "tried", "customer", "sent", "may_object", "answered",
    "message_hash", "check",
)  # fmt: skip


def pdf(
    event: Event, rows: Sequence[Evidence], now: datetime, language: str, seals_at: str
) -> bytes:
    """PDF/A-2a: archivable, tagged, with its title and language. ``seals_at``: where readers find
    how to check its seal."""
    t = words(language)
    told = {**content(event, rows, now, t), "seal": t("evidence.seal", at=seals_at)}
    return typeset.pdf(
        TEMPLATE, told, note=t("evidence.replaced"), standards=["a-2a"],
        at=int(now.timestamp()),
    )  # fmt: skip


def content(event: Event, rows: Sequence[Evidence], now: datetime, t: Words) -> Json:
    """All that the PDF says; the template only sets it."""
    clock, told, rules = Clock(t, event.time_zone), _told(event), Rules(t)
    change = next(each for each in told if each["change_id"] == event.change_id)
    return {
        "language": t.language,
        "title": t("evidence.title", change=headline_of(t, change)),
        "processor": event.processor.get("legal_name", ""),
        "change_id": event.change_id,
        "summary": _summary(event, rows, t, clock),
        "headline": headline_of(t, change),
        "facts": _facts(event, change, t, clock),
        "section": _section(section_of(t, change, _about(event, rows))),
        "complete": bool(rows) and all(row.reached for row in rows),
        "rows": [row_content(row, t, clock, rules) for row in rows],
        "rules": rules.lines,
        "zone": t("evidence.zone", zone=event.time_zone),
        "made": t("evidence.made", at=clock(now)),
        "labels": {name: t(f"evidence.label.{name}") for name in _LABELS},
        "notes": [t("evidence.note.sent"), t("evidence.note.delivered"), t("evidence.note.codes")],
    }


def _told(event: Event) -> list[Json]:
    return changes_told(json.loads(text_of(event, ""))["data"])


def _about(event: Event, rows: Sequence[Evidence]) -> Json:
    owes = INFORMATION if rows and all(row.owes == INFORMATION for row in rows) else "notice"
    return {"owes": owes, "effective_on": event.effective_on, "objection_deadline": None}


def _summary(event: Event, rows: Sequence[Evidence], t: Words, clock: Clock) -> list[str]:
    """What happened, in sentences: who was told and when, who answered, what became of it."""
    sent = sorted(row.sent_at for row in rows if row.sent_at)
    informs = bool(rows) and all(row.owes == INFORMATION for row in rows)
    kind = "information" if informs else "notice"
    if not sent:
        said = [t(f"evidence.summary.{kind}.none", total=len(rows))]
    else:
        first, last = clock.day(sent[0]), clock.day(sent[-1])
        when = t("evidence.on", day=first)
        if first != last:
            when = t("evidence.between", first=first, last=last)
        counted = {"sent": len(sent), "total": len(rows)}
        reached = sum(row.reached for row in rows)
        said = [t(f"evidence.summary.{kind}", when=when, reached=reached, **counted)]
    if event.type == events.CHANGE_EMERGENCY:
        said.append(t("evidence.summary.emergency"))
    if not informs:
        said.append(_answers(rows, t))
    return [*said, _became(event, t, clock)]


def _answers(rows: Sequence[Evidence], t: Words) -> str:
    kinds = [{step["kind"] for step in row.answers} for row in rows]
    letters = [{letter["kind"] for letter in row.letters} for row in rows]
    objected = sum("objection" in {*kinds[at], *letters[at]} for at in range(len(rows)))
    approved = sum("approval" in {*kinds[at], *letters[at]} for at in range(len(rows)))
    return t("evidence.summary.answers", objected=objected, approved=approved)


def _became(event: Event, t: Words, clock: Clock) -> str:
    """The end of the change, as far as there is one."""
    fates = [each for each in event.fates if each["change_id"] == event.change_id]
    if not fates:
        return t("evidence.fate.waits", day=t.day(event.effective_on))
    word = "withdrawn" if fates[-1]["type"] == events.CHANGE_WITHDRAWN else "in_effect"
    return t(f"evidence.fate.{word}", day=clock.day(parse_instant(fates[-1]["at"])))


def _facts(event: Event, change: Json, t: Words, clock: Clock) -> list[list[str]]:
    others = [each for each in event.change_ids if each != event.change_id]
    entry = event.entry or {}
    told = {
        "announced": clock(parse_instant(event.at)),
        "effective": t.day(event.effective_on),
        "approved_by": _names(event.approved_by),
        "justification": t.told(change.get("justification")),
        "together": ", ".join(others),
        "change": event.change_id or "",
        "entry": t("evidence.entry", **entry) if entry else "",
    }
    return [[t(f"evidence.fact.{name}"), text] for name, text in told.items() if text]


def _section(section: Section) -> Json:
    told = section.differences
    lines = [[line.label, line.before, line.after] for line in told.lines] if told else []
    return {
        "facts": [[fact.label, fact.value] for fact in section.facts],
        "heads": [told.heading, told.before, told.after] if told else [],
        "differences": lines,
        "places_heading": section.places_heading,
        "places": [
            {"name": place.name, "kind": place.kind, "verdict": place.verdict, "notes": place.notes}
            for place in section.places
        ],
    }


def _names(approvers: Iterable[Mapping[str, Any]]) -> str:
    return persons_named(list(approvers))
