"""The list as a PDF for the file: archivable (PDF/A-2a), tagged, with its language set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from services.public.catalogue import Words
from services.public.find import is_judged
from services.public.groups import recipients
from services.public.marks import marks
from services.public.page_text import (
    SYMBOLS,
    address_text,
    again,
    change_headline,
    evidence_lines,
    fact_lines,
    law_line,
    law_name,
    laws,
    matters,
    meaning,
    next_change,
    open_questions,
    owed_line,
    period_text,
    place_name,
    tally_lines,
    told_groups,
    verdict_word,
)
from services.public.register import Register
from shared import typeset

Json = dict[str, Any]

# Members of an entry that are days, in the order of the page.
_DAYS = ("used_since", "seen_on", "listed_since", "listed_until")
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
    name = processor["legal_name"]
    return {
        "language": register.language,
        "title": t("title", name=name),
        "name": name,
        "seat": address_text(processor.get("address"), t) or t.country(processor.get("country")),
        "contact": processor.get("privacy_contact") or "",
        "as_of": t("as_of.on", day=t.day(register.day)),
        "intro": t.count("intro", len(recipients(register.entries)), name=name),
        "page_of": t("pdf.page"),
        "coming": [coming(change, t) for change in register.coming_after(register.day)],
        "labels": {one: t(f"pdf.{one}") for one in ("coming", "list", "places", "none", "verify")}
        | {name: t(f"pending.{name}") for name in ("heading", "note", "contested")}
        | {"open": t("verdict.open")},
        "tally": tally_lines(register.all_entries, t),
        "display": t("display.basis") if register.names_bases else "",
        "matters": matters(register.pending_law, t),
        "groups": [
            {**told, "entries": [entry_content(entry, register) for entry in told["entries"]]}
            for told in told_groups(register.entries, t, name)
        ],
        "url": register.url,
        "sequence": str(processor.get("sequence") or 0),
        "hash": str(processor.get("head_hash") or ""),
    }


def coming(change: Json, t: Words) -> Json:
    day = t.day(change["effective_on"]) if change.get("effective_on") else ""
    return {"headline": change_headline(change, t), "day": day, "owed": owed_line(change, t)}


def entry_content(entry: Json, register: Register) -> Json:
    t = register.words
    facts = {
        "data_categories": ", ".join(entry.get("data_categories") or []),
        "data_subjects": ", ".join(entry.get("data_subjects") or []),
        "registration_number": entry.get("registration_number") or "",
        "brand": entry.get("brand") or "",
        "retention_periods": "; ".join(
            period_text(one, t) for one in entry.get("retention_periods") or []
        ),
        "marks": "; ".join(marks(entry, t)),
        "evidence_url": entry.get("evidence_url") or "",
        **{name: t.day(entry[name]) if entry.get(name) else "" for name in _DAYS},
        "next_change": next_change(entry, t, register.today),
    }
    return {
        "name": entry["legal_name"],
        "seat": address_text(entry.get("address"), t) or t.country(entry.get("country")),
        "purpose": t.local_text(entry.get("purpose")).text,
        "facts": [[t(f"field.{name}"), value] for name, value in facts.items() if value],
        "places": [place_content(place, register) for place in entry.get("locations") or []],
    }


def place_content(place: Json, register: Register) -> Json:
    t, verdict = register.words, place.get("verdict") or {}
    judged = is_judged(place)
    status = verdict.get("status") if verdict.get("status") in SYMBOLS else "missing"
    return {
        "country": place_name(place, t),
        "kind": t.named("kind", place.get("kind") or ""),
        "status": status if judged else "not_said",
        "verdict": verdict_word({**verdict, "status": status}, t) if judged else "",
        "meaning": meaning({**verdict, "status": status}, t) if judged else "",
        **reason(verdict.get("reason_by_language") or verdict.get("reason"), t),
        "citations": "; ".join(verdict.get("citations") or []),
        "open": open_questions(verdict, t),
        "law": law_name(verdict, t) if verdict.get("by_regime") else "",
        "by_regime": [law_line(one, t) for one in laws(verdict, t)[1:]],
        "again": again(verdict.get("contested"), t),
        "contested": fact_lines(verdict.get("contested"), t),
        "mechanisms": [
            {
                "text": t.mechanism(one, register.day),
                "role": t.named("role", "fallback") if one.get("role") == "fallback" else "",
                "evidence": evidence_lines(one.get("evidence"), t),
            }
            for one in place.get("mechanisms") or []
        ],
    }


def reason(text: str | Json | None, t: Words) -> Json:
    """A reason with its language, by which a screen reader pronounces it."""
    local = t.local_text(text)
    plain_language = "en" if isinstance(text, str) else t.language
    return {"reason": local.text, "reason_language": local.language or plain_language}
