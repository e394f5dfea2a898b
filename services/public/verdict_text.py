"""Verdicts and their evidence in the visitor's language."""

from __future__ import annotations

from typing import Any

from services.public import public_members
from services.public.catalogue import LocalText, Words, words

Json = dict[str, Any]
Value = Any  # Any JSON value.
# The worst first.
VERDICTS = ("missing", "invalid", "unproven", "expiring", "valid", "no_transfer")


def verdict_word(verdict: Json, t: Words) -> str:
    """Return a verdict in words; what is no transfer under other law than the EU's stays in the
    exporter's own country, which need not be in the EEA."""
    return t(f"verdict.{verdict['status']}{at_home(verdict)}")


def at_home(verdict: Json) -> str:
    own = verdict["status"] == "no_transfer" and verdict.get("regime") not in (None, "EU")
    return ".home" if own else ""


def open_questions(verdict: Json, t: Words) -> list[Json]:
    """Return the questions of law that a verdict leaves open, with their readings: texts, each with
    its language if it is not the page's."""
    first = verdict.get("open")
    questions = [first, *(first.get("also") or [])] if first else []
    return [
        {
            "question": t.local_text(one["question_by_language"]),
            "readings": listed(one, "readings", t),
            "sources": listed(one, "sources", t),
        }
        for one in questions
    ]


def listed(question: Json, name: str, t: Words) -> list[LocalText]:
    """Return the texts of a list that a question has in each language."""
    worded = (question.get(f"{name}_by_language") or {}).get(t.language)
    language = None if worded or t.language == "en" else "en"
    return [LocalText(text, language) for text in worded or question[name]]


def matters(items: list[Json], t: Words) -> list[Json]:
    """Return matters of pending law in words: a heading, a line for each fact, when to look."""
    return [
        {
            "title": t.local_text(one["title_by_language"]),
            "state": t.named("pending", one["state"]),
            "facts": fact_lines(one, t),
            "again": again(one, t),
        }
        for one in items
    ]


def fact_lines(doubted: Json | None, t: Words) -> list[LocalText]:
    """Return the dated facts of a contested instrument or a matter of law, a line for each. A fact
    that is not worded in the page's language is told in English as a whole: no line is mixed."""
    return [fact_line(fact, t) for fact in (doubted or {}).get("facts") or []]


def fact_line(fact: Json, t: Words) -> LocalText:
    own = t if t.language in fact["text_by_language"] else words("en")
    line = own(
        "pending.fact",
        day=own.day(fact["on"]),
        text=own.local_text(fact["text_by_language"]).text,
        state=own.named("pending", fact["state"]),
        source=own.local_text(fact["source_by_language"]).text,
    )
    return LocalText(line, None if own is t else own.language)


def again(doubted: Json | None, t: Words) -> str:
    day = (doubted or {}).get("recheck_by")
    return t("pending.again", day=t.day(day)) if day else ""


def laws(verdict: Json, t: Words) -> list[Json]:
    """Return what each of several laws says, the strictest first; nothing for a single law."""
    return [
        {
            "law": law_name(one, t),
            "status": one["status"],
            "verdict": verdict_word(one, t),
            "reason": one.get("reason_by_language") or one.get("reason"),
            "citations": "; ".join(one.get("citations") or []),
        }
        for one in verdict.get("by_regime") or []
    ]


def law_line(one: Json, t: Words) -> str:
    """Return what one of several laws says, as a line."""
    return f"{t.labelled(one['law'], one['verdict'])}. {t.marked(reason_text(one['reason'], t))}"


def reason_text(reason: str | Json | None, t: Words) -> LocalText:
    """Return the reason of a verdict; as plain text it is in English."""
    if isinstance(reason, str) and t.language != "en":
        return LocalText(reason, "en")
    return t.local_text(reason)


def meaning(verdict: Json, t: Words) -> str:
    """Return what the verdict means; of several laws it is that of the strictest, by its name."""
    said = t(f"verdict.{verdict['status']}{at_home(verdict)}.meaning")
    return t.labelled(law_name(verdict, t), said) if verdict.get("by_regime") else said


def checked(verdict: Json, t: Words) -> str:
    """Return when the evidence for an allowed transfer was last checked, if that is known."""
    on = verdict.get("checked_on")
    if not on or verdict.get("status") not in ("valid", "expiring"):
        return ""
    return t("verdict.checked", day=t.day(on))


def law_name(verdict: Json, t: Words) -> str:
    return t.named("regime", verdict.get("regime") or "none")


def evidence_lines(evidence: Json | None, t: Words) -> list[str]:
    """Return the evidence of a mechanism, a line for each member, as the disclosure orders them."""
    found = {name: (evidence or {}).get(name) for name in public_members.EVIDENCE}
    return [
        evidence_line(name, value, t)
        for name, value in found.items()
        if value not in (None, "", [])
    ]


def evidence_line(name: str, value: Value, t: Words) -> str:
    """Return one member of evidence: in a sentence of its own, or by its name."""
    if name == "module" and str(value) in ("1", "2", "3", "4"):
        return t(f"evidence.module.{value}")
    if name == "covered_data" and isinstance(value, list):
        covered = "+".join(sorted(map(str, value)))
        if covered in ("hr", "non_hr", "hr+non_hr"):
            return t(f"evidence.covered.{covered}")
    return t.labelled(t(f"evidence.{name}"), evidence_value(name, value, t))


def evidence_value(name: str, value: object, t: Words) -> str:
    if name.endswith("_on"):
        return t.day(str(value))
    if name == "covered_data" and isinstance(value, list):
        return ", ".join(t.named("covered", str(code)) for code in value)
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return str(value)
