"""The list as a PDF for the file: archivable (PDF/A-2a), tagged, with its language set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from services.public import history
from services.public.catalogue import Words
from services.public.change_text import change_headline, change_lines, day_of
from services.public.find import is_judged
from services.public.first_screen import intro, place_lines
from services.public.marks import marks, stated_on
from services.public.page_text import SYMBOLS, next_change, tally_lines, told_groups
from services.public.register import Register
from services.public.value_text import DAYS, address_text, compared, place_name, value_lines
from services.public.verdict_text import (
    again,
    checked,
    evidence_lines,
    fact_lines,
    law_line,
    law_name,
    laws,
    matters,
    meaning,
    open_questions,
    reason_text,
    verdict_word,
)
from shared import typeset
from shared.safe_text import isolated, web_link

Json = dict[str, Any]

_SIDES = ("before", "after")
# What an entry has that is shown in another way, or by another name.
_APART = frozenset({
    "id", "version", "legal_name", "locations", "parent_id", "purpose", "valid_from", "valid_to",
    "next_change", "stated_on",
})  # fmt: skip
TEMPLATE = Path(__file__).parent.parent / "templates" / "register.typ"


def as_pdf(register: Register) -> bytes:
    return typeset.pdf(
        TEMPLATE,
        content(register),
        note=register.words("pdf.replaced"),
        standards=["a-2a"],
        # The day and not the present second, so that the same list gives the same bytes.
        at=noon(register),
    )


def noon(register: Register) -> int:
    return (register.day.toordinal() - 719163) * 86400 + 43200


def content(register: Register) -> Json:
    """Everything the PDF says, as text; the template only lays it out."""
    t, processor = register.words, register.processor
    relations = Relations(register)
    name, changed = processor["legal_name"], processor.get("changed_on")
    return {
        "language": register.language,
        "title": t("title", name=name),
        "name": name,
        "seat": address_text(processor.get("address"), t) or t.country(processor.get("country")),
        "contact": processor.get("privacy_contact") or "",
        "website": web_link(processor.get("website")) or "",
        "updated": t("updated", day=t.day(changed)) if changed else "",
        "own_words": t.marked(t.local_text(register.page.get("intro"))),
        "as_of": t("as_of.on", day=t.day(register.day)),
        "intro": intro(register),
        "page_of": t("pdf.page"),
        "coming": [coming(change, t) for change in register.coming_after(register.day)],
        "past": [[change_headline(one, t), day_line(one, t)] for one in register.past],
        "columns": [t(f"column.{one}") for one in ("who", "what", "where")],
        "labels": {one: t(f"pdf.{one}") for one in ("coming", "list", "places", "none", "verify")}
        | {name: t(f"pending.{name}") for name in ("heading", "note", "contested")}
        | {"open": t("verdict.open"), "details": t("entry.details"), "past": t("history.heading")}
        | {name: t(f"change.{name}") for name in ("what", "before", "after")},
        "tally": tally_lines(register.all_entries, t),
        "display": t("display.basis") if register.names_bases else "",
        "unread": t.unread,
        "matters": [told_matter(one, t) for one in matters(register.pending_law, t)],
        "groups": [
            {
                **told,
                "entries": [entry_content(entry, register, relations) for entry in told["entries"]],
            }
            for told in told_groups(register.entries, t, name)
        ],
        "url": register.url,
        "sequence": str(processor.get("sequence") or 0),
        "hash": str(processor.get("head_hash") or ""),
    }


def coming(change: Json, t: Words) -> Json:
    """A change that lies ahead, with all that its page says of it."""
    on, emergency = day_of(change), change.get("emergency") or {}
    urgent = [t("change.emergency"), emergency.get("justification")] if emergency else []
    modified = compared(change.get("previous"), change.get("sub_processor"))
    # What differs stands in a table; the whole entry would say it twice.
    hidden: Json = {"sub_processor": {}, "previous": {}} if change["kind"] == "modify" else {}
    return {
        "headline": change_headline(change, t),
        "day": t.day(change["effective_on"]) if change.get("effective_on") else "",
        "urgent": " – ".join(str(one) for one in urgent if one),
        "lines": change_lines({**change, **hidden}, t)[1 if change.get("effective_on") else 0 :],
        "differences": [
            [t(f"field.{one['field']}"), *(value_text(one, side, t, on) for side in _SIDES)]
            for one in (modified if change["kind"] == "modify" else ())
        ],
    }


def value_text(difference: Json, side: str, t: Words, on: date) -> str:
    lines = value_lines(difference["field"], difference[side], t, on)
    return "; ".join(lines) or t("nothing")


def day_line(change: Json, t: Words) -> str:
    on = change.get("effective_on")
    return t(f"effective.{change['status']}", day=t.day(on)) if on else ""


class Relations:
    """Which entries and changes belong to an entry; sorted once, for lists can be long."""

    def __init__(self, register: Register) -> None:
        self._engaged: dict[str, list[Json]] = defaultdict(list)
        self._changes: dict[str, list[Json]] = defaultdict(list)
        for entry in register.all_entries:
            self._engaged[str(entry.get("parent_id"))].append(entry)
        for change in register.changes:
            sides = (change.get("sub_processor"), change.get("previous"))
            for entry_id in {history.id_of(side) for side in sides}:
                self._changes[entry_id].append(change)

    def engaged_by(self, entry: Json) -> list[Json]:
        return self._engaged.get(entry["id"], [])

    def changes_of(self, entry: Json) -> list[Json]:
        return self._changes.get(entry["id"], [])


def entry_content(entry: Json, register: Register, relations: Relations) -> Json:
    t = register.words
    facts = [*_members(entry, register), *_related(entry, register, relations)]
    chain = history.chain(entry, register.by_id)
    return {
        "name": isolated(entry["legal_name"]),
        "seat": address_text(entry.get("address"), t) or t.country(entry.get("country")),
        "engaged_by": t("entry.engaged_by", name=chain[-1]["legal_name"]) if chain else "",
        "purpose": t.marked(t.local_text(entry.get("purpose"))),
        "marks": " · ".join(marks(entry, t)),
        "where": place_lines(entry, t, register.day),
        "facts": [[label, value] for label, value in facts if value],
        "places": [place_content(place, register) for place in entry.get("locations") or []],
        "past": [
            f"{change_headline(one, t)} – {day_line(one, t)}"
            for one in relations.changes_of(entry)
            if one["status"] != "announced"
        ],
    }


def _members(entry: Json, register: Register) -> Iterator[tuple[str, str]]:
    """What the entry says of itself, each with the day on which the vendor stated it."""
    t = register.words
    for name, value in entry.items():
        if name in _APART:
            continue
        lines = value_lines(name, value, t, register.day) if value not in (None, "", [], {}) else []
        text = t.day(value) if name in DAYS and value else ", ".join(lines)
        if text:
            yield t(f"field.{name}"), f"{text} {stated_on(entry, name, t)}".strip()


def _related(entry: Json, register: Register, relations: Relations) -> Iterator[tuple[str, str]]:
    """When it changes next, and with which others it belongs together."""
    t, changes = register.words, relations.changes_of(entry)
    yield t("field.next_change"), next_change(entry, t, register.today)
    chain = history.chain(entry, register.by_id)
    whole = [register.processor, *chain, entry] if chain else []
    yield t("entry.chain"), " → ".join(one["legal_name"] for one in whole)
    yield t("entry.engages"), _named(relations.engaged_by(entry))
    yield t("entry.successor"), _named(history.replaced_by(changes, entry["id"]))
    yield t("entry.predecessor"), _named(history.replaces(changes, entry["id"]))


def _named(entries: Iterable[Json]) -> str:
    return ", ".join(one["legal_name"] for one in entries)


def place_content(place: Json, register: Register) -> Json:
    t, verdict = register.words, place.get("verdict") or {}
    judged = is_judged(place)
    status = verdict.get("status") if verdict.get("status") in SYMBOLS else "missing"
    return {
        "country": place_name(place, t),
        "kind": t.named("kind", place.get("kind") or ""),
        "status": status if judged else "not_said",
        "verdict": verdict_word({**verdict, "status": status}, t) if judged else "",
        "checked": checked(verdict, t),
        "meaning": meaning({**verdict, "status": status}, t) if judged else "",
        "ends": t("verdict.ends", day=t.day(verdict["ends_on"]))
        if judged and verdict.get("ends_on") and status in ("valid", "expiring")
        else "",
        "region": place.get("region") or "",
        **reason(verdict.get("reason_by_language") or verdict.get("reason"), t),
        "citations": "; ".join(verdict.get("citations") or []),
        "open": [told_question(one, t) for one in open_questions(verdict, t)],
        "law": law_name(verdict, t) if verdict.get("by_regime") else "",
        "by_regime": [law_line(one, t) for one in laws(verdict, t)[1:]],
        "again": again(verdict.get("contested"), t),
        "contested": [t.marked(line) for line in fact_lines(verdict.get("contested"), t)],
        "mechanisms": [
            {
                "text": t.mechanism(one, register.day),
                "role": t.named("role", "fallback") if one.get("role") == "fallback" else "",
                "evidence": evidence_lines(one.get("evidence"), t),
            }
            for one in place.get("mechanisms") or []
        ],
    }


def told_matter(matter: Json, t: Words) -> Json:
    facts = [t.marked(line) for line in matter["facts"]]
    return {**matter, "title": t.marked(matter["title"]), "facts": facts}


def told_question(question: Json, t: Words) -> Json:
    return {
        "question": t.marked(question["question"]),
        "readings": [t.marked(reading) for reading in question["readings"]],
        "sources": "; ".join(source.text for source in question["sources"]),
    }


def reason(text: str | Json | None, t: Words) -> Json:
    """A reason with its language, by which a screen reader pronounces it."""
    local = reason_text(text, t)
    language = local.language or t.language
    return {"reason": local.text, "reason_language": language, "reason_mark": t.tongue_mark(local)}
