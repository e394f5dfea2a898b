"""Letters with what a visitor of a public page asks its vendor, and the copy for the visitor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.notices.letters.shape import Fact, Letter, filled
from services.notices.letters.words import Words
from services.notices.model.answering import Answering


def question(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    """To the vendor; ``data``: kind, name, email and text of who asks."""
    about = t(f"question.{data['about']}")
    notes = ("mail.question.is_no_objection",) if data["about"] == "objection" else ()
    return Letter(
        language=t.language,
        subject=t("mail.question.subject", about=about, name=data["name"]),
        heading=about,
        lead=t("mail.question.lead"),
        facts=_facts(t, data),
        paragraphs=(*data["text"].split("\n"), *(t(note) for note in notes)),
        footer=(t("mail.question.why", vendor=data["vendor"]["legal_name"]),),
    )


def copied(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    """To whoever asked."""
    vendor, about = data["vendor"]["legal_name"], t(f"question.{data['about']}")
    notes = ("mail.question_copied.how_to_object",) if data["about"] == "objection" else ()
    return Letter(
        language=t.language,
        subject=t("mail.question_copied.subject", vendor=vendor, about=about),
        heading=t("mail.question_copied.heading", vendor=vendor),
        lead=t("mail.question_copied.lead", vendor=vendor),
        facts=_facts(t, data),
        paragraphs=(*data["text"].split("\n"), *(t(note) for note in notes)),
        footer=(t("mail.question_copied.why", vendor=vendor),),
    )


def _facts(t: Words, data: Mapping[str, Any]) -> tuple[Fact, ...]:
    return filled(
        Fact(t("fact.about"), t(f"question.{data['about']}")),
        Fact(t("fact.asked_by"), data["name"]),
        Fact(t("fact.address"), data["email"]),
    )
