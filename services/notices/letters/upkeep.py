"""Letters that say what does not work: a customer's endpoint, or a vendor's notices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.notices.letters.headlines import headline_of
from services.notices.letters.shape import BAD, Fact, Item, Letter, filled
from services.notices.letters.small_print import numbers
from services.notices.letters.words import Words
from services.notices.model.answering import Answering


def endpoint(t: Words, kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    """A warning about a webhook endpoint; ``data`` as ``services.notices.mail.warnings`` has it."""
    word = kind.rpartition(".")[2]
    path = data.get("path") or f"/portal/v1/webhook-endpoints/{data.get('endpoint_id') or ''}"
    # A day to come, which is past once the endpoint is disabled.
    disables_at = t.moment(data.get("disables_at")) if word == "disabling_soon" else ""
    return Letter(
        language=t.language,
        subject=t(f"mail.{word}.subject", url=data.get("url") or ""),
        heading=t(f"mail.{word}.heading"),
        lead=t(f"mail.{word}.lead"),
        facts=filled(
            Fact(t("fact.endpoint"), str(data.get("url") or "")),
            Fact(t("fact.description"), str(data.get("description") or "")),
            Fact(t("fact.failing_since"), t.moment(data.get("failing_since"))),
            Fact(t("fact.failures"), str(data.get("failures") or "")),
            Fact(t("fact.last_error"), t.named("error", data.get("last_error") or "")),
            Fact(t("fact.disables_at"), disables_at, strong=True),
        ),
        paragraphs=(t(f"mail.{word}.what_to_do", path=path),),
        footer=(t("mail.why_endpoint"), t("mail.reroute_endpoint")),
    )


def unreached(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    """To the vendor: these customers have not got the notice of a change. ``data`` as
    ``services.notices.mail.unreached_digest`` has it."""
    headline, count = headline_of(t, data), data["count"]
    number = "one" if count == 1 else "many"
    more = count - len(data["customers"])
    return Letter(
        language=t.language,
        subject=t(f"mail.unreached.subject_{number}", count=count, headline=headline),
        heading=t(f"mail.unreached.heading_{number}", count=count),
        lead=t("mail.unreached.lead"),
        facts=filled(
            Fact(t("fact.change"), headline),
            Fact(t("fact.first_deadline"), t.day(data.get("first_deadline")), strong=True),
            Fact(t("fact.effective_on"), t.day(data.get("effective_on")), strong=True),
        ),
        items_heading=t("mail.unreached.items"),
        items=tuple(_customer(t, each) for each in data["customers"]),
        paragraphs=(
            *((t("mail.unreached.more", count=more),) if more > 0 else ()),
            t("mail.unreached.what_to_do"),
        ),
        footer=(
            t("mail.unreached.why"),
            t("mail.unreached.see", change=data["change_id"]),
            t("mail.change_id", change=data["change_id"]),
        ),
    )


def _customer(t: Words, told: Mapping[str, Any]) -> Item:
    deadline = told.get("deadline")
    note = t("mail.unreached.deadline", day=t.day(deadline)) if deadline else ""
    said, ids = t.named("unreached", told["reason"]), numbers(t, agreement=told["agreement_id"])
    return Item(told["name"] or "–", said, BAD, note, " · ".join(ids))
