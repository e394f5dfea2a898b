"""Letters about an agreement, and about the customer's objection under it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.notices.letters.shape import Fact, Letter, filled
from services.notices.letters.words import Words


def agreement(t: Words, kind: str, body: Mapping[str, Any]) -> Letter:
    """An agreement, or its next version, was offered; it was amended; it has ended."""
    data, word = body["data"], kind.rpartition(".")[2]
    vendor, number = data["processor"].get("legal_name", ""), data["agreement_id"]
    if word == "offered" and data.get("version", 1) > 1:
        word = "amendment_offered"
    return Letter(
        language=t.language,
        subject=t(f"mail.{word}.subject", vendor=vendor),
        heading=t(f"mail.{word}.heading", vendor=vendor),
        lead=t(f"mail.{word}.lead", vendor=vendor, day=t.day(data.get("ends_on"))),
        facts=_terms(t, data, word == "terminated"),
        paragraphs=(t(f"mail.{word}.what_to_do", url=data["links"]["agreement"], vendor=vendor),),
        footer=(t("mail.why", vendor=vendor, agreement=number), t("mail.reroute")),
    )


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
        Fact(t("fact.agreement"), data["agreement_id"]),
    )


def objection(t: Words, _kind: str, body: Mapping[str, Any]) -> Letter:
    """A step in the customer's objection, the vendor's decision among them."""
    data = body["data"]
    vendor, status = data["processor"].get("legal_name", ""), data["status"]
    said = t.named("objection", status)
    return Letter(
        language=t.language,
        subject=t("mail.objection.subject", vendor=vendor, said=said),
        heading=t("mail.objection.heading", said=said),
        lead=t(f"mail.objection.{status}", vendor=vendor),
        facts=filled(
            Fact(t("fact.vendor"), vendor),
            Fact(t("fact.objection"), data["objection_id"]),
            Fact(t("fact.change"), data["change_id"]),
        ),
        paragraphs=(t("mail.objection.see", url=data["links"]["objection"]),),
        footer=(
            t("mail.why", vendor=vendor, agreement=data.get("agreement_id", "")),
            t("mail.reroute"),
        ),
    )


def recorded(t: Words, _kind: str, body: Mapping[str, Any]) -> Letter:
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
            Fact(t("fact.file"), _file(file)),
            Fact(t("fact.objection"), letter.get("objection_id") or ""),
            Fact(t("fact.change"), data["change_id"]),
        ),
        paragraphs=(t("mail.letter.what_to_do", vendor=vendor),),
        footer=(
            t("mail.why", vendor=vendor, agreement=data.get("agreement_id", "")),
            t("mail.reroute"),
        ),
    )


def _file(file: Mapping[str, Any]) -> str:
    return f"{file['name']} (SHA-256 {file['sha256']})" if file else ""
