"""The letter to the contacts of a customer with what one of them answered by the link in a mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.notices.letters.headlines import headline_of
from services.notices.letters.shape import Fact, Letter, filled
from services.notices.letters.small_print import numbers, persons_named, why
from services.notices.letters.words import Words
from services.notices.model.answering import Answering


def copied(t: Words, _kind: str, data: Mapping[str, Any], answering: Answering) -> Letter:
    """``data``: as ``services.notices.use_cases.copies`` has it."""
    vendor = data["processor"].get("legal_name", "")
    said = t.named("answered", data["said"])
    return Letter(
        language=t.language,
        subject=t("mail.copy.subject", vendor=vendor, said=said),
        heading=t("mail.copy.heading", said=said),
        lead=t("mail.copy.lead", vendor=vendor),
        facts=_facts(t, data, vendor),
        paragraphs=(t("mail.copy.not_yours", vendor=vendor),),
        footer=(*why(t, data, answering.address), *_numbers(t, data)),
    )


def _numbers(t: Words, data: Mapping[str, Any]) -> tuple[str, ...]:
    """Of the change; of an answer about an agreement, of that."""
    if data.get("change_id"):
        return numbers(t, change=data["change_id"])
    return numbers(t, agreement=data["agreement_id"])


def _facts(t: Words, data: Mapping[str, Any], vendor: str) -> tuple[Fact, ...]:
    change = data.get("change")
    return filled(
        Fact(t("fact.answered_by"), persons_named([data["by"]]), strong=True),
        Fact(t("fact.answered_at"), t.moment(data["at"]), strong=True),
        Fact(t("fact.link_of"), data["contact"]),
        Fact(t("fact.change"), headline_of(t, change) if change else ""),
        Fact(t("fact.vendor"), vendor),
    )
