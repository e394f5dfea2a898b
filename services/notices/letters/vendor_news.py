"""The letter to a vendor: what its customers did, and what falls due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.notices import events
from services.notices.letters.headlines import headline_of
from services.notices.letters.shape import BAD, GOOD, WARN, Item, Letter
from services.notices.letters.small_print import numbers, persons_named
from services.notices.letters.words import Words
from services.notices.model.answering import Answering
from shared.safe_text import isolated

_TONES = {
    events.NOTICE_ADDRESS_BOUNCED: BAD,
    events.OBJECTION_RECEIVED: BAD,
    events.DELETION_OVERDUE: BAD,
    events.AGREEMENT_REJECTED: BAD,
    events.AGREEMENT_DECLINED: BAD,
    events.CHANGE_APPROVED: GOOD,
    events.AGREEMENT_ACCEPTED: GOOD,
    events.AGREEMENT_CONFIRMED: GOOD,
}
# How much of a person's own text stands in the mail; all of it is where the mail points.
_LONGEST_TEXT = 300
_IDS = ("objection", "agreement", "change", "roll_out")
_BY_STATUS = (events.OBJECTION_UPDATED, events.ROLL_OUT_OVER)
# Where to read more, by the first part of the type.
_WHERE = {
    "objection": "objection",
    "change": "change",
    "agreement": "agreement",
    "deletion": "agreement",
    "evidence": "evidence",
    "roll_out": "roll_out",
    "notice_address": "notice_address",
}


def news(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    """``data``: as ``services.notices.mail.vendor_digest`` has it; one of them is told in subject
    and heading."""
    items, count = [_item(t, each) for each in data["items"]], data["count"]
    is_one, more = count == 1, count - len(items)
    whole = f"{isolated(items[0].name)} {items[0].said}"
    return Letter(
        language=t.language,
        subject=whole if is_one else t("mail.news.subject", count=count),
        heading=whole if is_one else t("mail.news.heading", count=count),
        lead=t("mail.news.lead_one" if is_one else "mail.news.lead"),
        facts=(),
        items_heading=t("mail.news.items"),
        items=tuple(items),
        paragraphs=(
            *((t("mail.news.more", count=more),) if more > 0 else ()),
            *_what_to_do(t, data["items"]),
        ),
        footer=(*_where(t, data["items"]), t("mail.news.why"), t("mail.news.rule")),
    )


def _item(t: Words, told: Mapping[str, Any]) -> Item:
    kind = told["type"]
    counts = told.get("counts") or {}
    who = told.get("sub_processor") if kind == events.EVIDENCE_DUE else told.get("customer")
    values = {
        "change": headline_of(t, told["change"]) if told.get("change") else "–",
        "day": t.day(told.get("due_on") or told.get("ends_on")),
        "days": told.get("days_left", "–"),
        "accepted": counts.get("accepted", 0),
        "count": sum(counts.values()),
    }
    return Item(
        name=told.get("email") or told.get("template_name") or (who or {}).get("legal_name") or "–",
        said=t(_key(told), **values),
        tone=_TONES.get(kind, WARN),
        note=" · ".join(each for each in _notes(t, told) if each),
        ids=" · ".join(numbers(t, **{name: told.get(f"{name}_id") for name in _IDS})),
    )


def _key(told: Mapping[str, Any]) -> str:
    """The catalogue's sentence for it; of an objection each step, of a roll-out each end."""
    kind = told["type"]
    step = f".{told['status']}" if kind in _BY_STATUS else ""
    late = ".overdue" if _of_deletion(told) and told["days_left"] < 0 else ""
    return f"news.{_kind(told)}{step}{late}"


def _kind(told: Mapping[str, Any]) -> str:
    """Its type; a confirmation that is due is told in words of its own."""
    part = f".{events.DELETION_CONFIRMATION}" if _of_deletion(told) else ""
    return f"{told['type']}{part}"


def _of_deletion(told: Mapping[str, Any]) -> bool:
    return told.get("evidence") == events.DELETION_CONFIRMATION


def _notes(t: Words, told: Mapping[str, Any]) -> list[str]:
    grounds, place = told.get("grounds"), told.get("location") or {}
    country = place.get("country")
    texts = (told.get(name) for name in ("text", "modification", "reason"))
    who = told.get("by") or told.get("acceptance")
    return [
        t("news.by", who=persons_named([who])) if who and who.get("name") else "",
        t.named("grounds", grounds) if grounds else "",
        t.country(country) if country else "",
        t.named("evidence", told["evidence"]) if told.get("evidence") else "",
        _instrument(t, told),
        *(_short(str(text)) for text in texts if text),
    ]


def _instrument(t: Words, told: Mapping[str, Any]) -> str:
    """The instrument by the name that its teller has for it, else by the word for its id."""
    known = t.named("instrument", told["instrument_id"]) if told.get("instrument_id") else ""
    return t.told(told.get("instrument_name_by_language")) or known


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"


def _what_to_do(t: Words, items: list[Mapping[str, Any]]) -> list[str]:
    """What the vendor has to do about each kind of them that waits for it, once each."""
    texts = (t.listed("news_to_do", _kind(each)) for each in items)
    return [text for text in dict.fromkeys(texts) if text]


def _where(t: Words, items: list[Mapping[str, Any]]) -> list[str]:
    """Where each kind of them is read and answered, once each."""
    kinds = dict.fromkeys(_WHERE[each["type"].partition(".")[0]] for each in items)
    return [t(f"mail.news.see.{kind}") for kind in kinds]
