"""Letters about an agreement, and about the customer's objection under it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.notices import events
from services.notices.letters.shape import Action, Fact, Letter, filled
from services.notices.letters.small_print import numbers, persons_named, why
from services.notices.letters.words import Words
from services.notices.model.answering import Answering

# What waits for the reader's answer.
_ASKING = (*events.WITH_PAGES, *events.INVITATIONS)


def agreement(t: Words, kind: str, body: Mapping[str, Any], answering: Answering) -> Letter:
    """An agreement, or its next version, was offered or still waits; it was amended; it ended."""
    data, word = body["data"], kind.rpartition(".")[2]
    vendor = data["processor"].get("legal_name", "")
    if word == "offered" and data.get("version", 1) > 1:
        word = "amendment_offered"
    if kind in events.PAPERS:
        word = f"{word}_by_{data.get('paper', {}).get('party', 'processor')}"
    if kind == events.PROPOSAL_ANSWERED:
        word = f"proposal_{data.get('proposal', {}).get('state', 'answered')}"
    url = answering.url if kind in _ASKING else ""
    return Letter(
        language=t.language,
        subject=t(f"mail.{word}.subject", vendor=vendor),
        heading=t(f"mail.{word}.heading", vendor=vendor),
        lead=t(f"mail.{word}.lead", vendor=vendor, day=t.day(data.get("ends_on"))),
        facts=_terms(t, data, word == "terminated"),
        actions=(Action(t("mail.read_and_answer"), url, primary=True),) if url else (),
        paragraphs=_what_to_do(t, word, data, url),
        footer=why(t, data, answering.address),
    )


def _what_to_do(t: Words, word: str, data: Mapping[str, Any], url: str) -> tuple[str, ...]:
    by_link = f"mail.{word}.by_link"
    key = by_link if url else f"mail.{word}.what_to_do"
    vendor = data["processor"].get("legal_name", "")
    return (t(key, url=data["links"]["agreement"], vendor=vendor),)


def _terms(t: Words, data: Mapping[str, Any], is_over: bool) -> tuple[Fact, ...]:
    authorisation = "" if is_over else data.get("authorisation") or ""
    starts, ends = data.get("effective_from"), data.get("ends_on")
    return filled(
        Fact(t("fact.vendor"), data["processor"].get("legal_name", "")),
        Fact(t("fact.customer"), (data.get("controller") or {}).get("legal_name", "")),
        Fact(t("fact.effective_from"), t.day(starts) if starts else ""),
        Fact(t("fact.ends_on"), t.day(ends) if ends else "", strong=is_over),
        Fact(t("fact.products"), ", ".join(data.get("products") or ())),
        Fact(t("fact.authorisation"), t.named("authorisation", authorisation)),
        Fact(t("fact.version"), str(data.get("version", ""))),
        Fact(t("fact.their_answer"), data.get("text", "")),
    )


def objection(t: Words, _kind: str, body: Mapping[str, Any], answering: Answering) -> Letter:
    """A step in the customer's objection, the vendor's decision among them."""
    data = body["data"]
    vendor, status = data["processor"].get("legal_name", ""), data["status"]
    said = t.named("objection", status)
    # An offer, and a refusal, are what the reader may answer.
    url = answering.url if status in ("mitigation_offered", "rejected") else ""
    see = "mail.objection.answer" if url else "mail.objection.see"
    return Letter(
        language=t.language,
        subject=t("mail.objection.subject", vendor=vendor, said=said),
        heading=t("mail.objection.heading", said=said),
        lead=t(f"mail.objection.{status}", vendor=vendor),
        facts=filled(
            Fact(t("fact.vendor"), vendor),
            Fact(t("fact.answered_by"), persons_named([data.get("by") or {}])),
        ),
        actions=(Action(t("mail.read_and_answer"), url, primary=True),) if url else (),
        paragraphs=(t(see, url=data["links"]["objection"]),),
        footer=(
            *why(t, data, answering.address),
            *numbers(t, objection=data["objection_id"], change=data["change_id"]),
        ),
    )


def recorded(t: Words, _kind: str, body: Mapping[str, Any], answering: Answering) -> Letter:
    """The vendor recorded what the customer said outside Art28."""
    data, letter = body["data"], body["data"]["letter"]
    vendor, file = data["processor"].get("legal_name", ""), letter.get("file") or {}
    said, day = t.named("letter", letter["kind"]), t.day(letter["received_on"])
    return Letter(
        language=t.language,
        subject=t("mail.letter.subject", vendor=vendor, said=said),
        heading=t("mail.letter.heading", said=said),
        lead=t("mail.letter.lead", vendor=vendor, day=day),
        facts=filled(
            Fact(t("fact.vendor"), vendor),
            Fact(t("fact.received_on"), day, strong=True),
            Fact(t("fact.your_words"), letter["text"]),
            Fact(t("fact.file"), str(file.get("name") or "")),
        ),
        paragraphs=(t("mail.letter.what_to_do", vendor=vendor),),
        footer=(
            *why(t, data, answering.address),
            *numbers(
                t,
                objection=letter.get("objection_id"),
                change=data["change_id"],
                file=file.get("sha256"),
            ),
        ),
    )
