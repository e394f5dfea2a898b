"""Letters to those who follow a public register: the link to confirm it, and what changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.notices.letters.headlines import headline_of
from services.notices.letters.shape import Action, Fact, Letter, filled
from services.notices.letters.words import Words
from services.notices.model.answering import Answering


def asked(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    """``data``: with the link as ``url``."""
    vendor = data["vendor"]["legal_name"]
    facts = filled(
        Fact(t("fact.vendor"), vendor),
        Fact(t("fact.topic"), t(f"topic.{data['topic']}")),
        Fact(t("fact.product"), data["product"] or ""),
        Fact(t("fact.open_until"), t.day(data["expires_at"]), strong=True),
    )
    return Letter(
        language=t.language,
        subject=t("mail.subscription.subject", vendor=vendor),
        heading=t("mail.subscription.heading"),
        lead=t("mail.subscription.lead", vendor=vendor),
        facts=facts,
        actions=(Action(t("mail.subscription.button"), data["url"], primary=True),),
        paragraphs=(t("mail.subscription.how"), t("mail.subscription.not_you")),
        footer=(t("mail.subscription.why", vendor=vendor),),
    )


def news(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    """``data``: what the public page says of the changes, and the link that ends it as ``url``."""
    vendor, what = data["vendor"]["legal_name"], data["what"]
    is_done = what == "in_effect"
    headline = headline_of(t, data, is_done=is_done)
    day = "was_effective_on" if what == "withdrawn" else "effective_on"
    changes = [headline_of(t, each, is_done=is_done) for each in data["changes"]]
    facts = filled(
        *(Fact(t("fact.change"), each) for each in changes),
        Fact(t(f"fact.{day}"), t.day(data["effective_on"]), strong=True),
        Fact(t("fact.reason"), t.told(data["reason"])),
        Fact(t("fact.vendor"), vendor),
    )
    return Letter(
        language=t.language,
        subject=t(f"mail.subscriber.{what}.subject", vendor=vendor, headline=headline),
        heading=headline,
        lead=t(f"mail.subscriber.{what}.lead", vendor=vendor),
        facts=facts,
        actions=(
            Action(t("mail.subscriber.page"), data["page"], primary=True),
            Action(t("mail.subscriber.end"), data["url"]),
        ),
        paragraphs=(t("mail.subscriber.no_notice"),),
        footer=(t("mail.subscriber.why", vendor=vendor),),
    )
