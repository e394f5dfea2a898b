"""What the evidence says of one customer, in one language and in local times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.notices.letters.words import Words
from services.notices.model.answers import OBJECTION
from services.notices.model.channels import Tried
from services.notices.model.evidence import Evidence
from services.notices.model.messages import INFORMATION
from shared.times import parse_instant

Json = dict[str, Any]


class Clock:
    """Instants as local times of the processor, each with its distance to UTC."""

    def __init__(self, t: Words, zone: str) -> None:
        self._t, self._zone = t, ZoneInfo(zone)

    def __call__(self, at: datetime | None) -> str:
        if at is None:
            return ""
        local = at.astimezone(self._zone)
        offset = local.strftime("%z")
        return f"{self.day(at)} {local:%H:%M:%S} ({offset[:3]}:{offset[3:]})"

    def day(self, at: datetime) -> str:
        return self._t.day(at.astimezone(self._zone).date().isoformat())


class Rules:
    """The different terms by which days were counted, each with a letter or number to refer to."""

    def __init__(self, t: Words) -> None:
        self._t = t
        self._known: dict[str, int] = {}

    def number(self, row: Evidence) -> int:
        text = f"{_terms(self._t, row)} {(row.counting or {}).get(self._t.language, '')}".strip()
        return self._known.setdefault(text, len(self._known) + 1)

    @property
    def lines(self) -> list[Json]:
        return [{"number": number, "text": text} for text, number in self._known.items() if text]


def row_content(row: Evidence, t: Words, clock: Clock, rules: Rules) -> Json:
    """One customer's line: who, what was sent, its days, its answers, every attempt."""
    return {
        "customer": row.customer.get("legal_name") or row.customer.get("id", ""),
        "ids": [row.agreement_id, row.notice_id],
        "channel": t.named("channel", row.channel) if row.channel else t("evidence.no_channel"),
        "recipient": row.recipient or "",
        "sent_at": clock(row.sent_at) or t("evidence.not_sent"),
        "outcome": t.named("outcome", row.outcome),
        "delivered_at": clock(row.delivered_at),
        "reached": row.reached,
        "rule": rules.number(row),
        "days": _days(row, t),
        "answers": _said(row, t, clock),
        "sha256": row.sha256 if row.sent_at else "",
        "attempts": [_attempt(each, t, clock) for each in row.attempts],
    }


def _days(row: Evidence, t: Words) -> list[str]:
    """The customer's days, or why it has none."""
    said = []
    if row.counts_from:
        said.append(t("evidence.counts_from", day=t.day(row.counts_from)))
    if row.deadline:
        said.append(t("evidence.deadline", day=t.day(row.deadline)))
    elif row.no_deadline:
        said.append(t(f"evidence.no_deadline.{row.no_deadline}"))
    if row.effective_on:
        said.append(t("evidence.effective", day=t.day(row.effective_on)))
    return said


def _said(row: Evidence, t: Words, clock: Clock) -> list[str]:
    """What the customer answered, step by step."""
    said = []
    if row.acknowledged_at:
        who = (row.acknowledged_by or {}).get("name") or (row.acknowledged_by or {}).get("email")
        by = t("evidence.by", name=who) if who else ""
        said.append(f"{t('evidence.acknowledged')} {clock(row.acknowledged_at)}{by}")
    said += [_step(step, t, clock) for step in row.answers]
    return [*said, *(_letter(each, t) for each in row.letters)] or [t("evidence.no_answer")]


def _step(step: Json, t: Words, clock: Clock) -> str:
    name = t("evidence.approval")
    if step["kind"] == OBJECTION:
        name = t("evidence.objection", id=step["id"], status=t.named("step", step["status"]))
    if step.get("grounds") and step["status"] == "received":
        name += f" ({t.named('grounds', step['grounds'])})"
    by = t("evidence.by", name=step["by"]) if step.get("by") else ""
    entry = step.get("entry")
    proof = f" · {t('evidence.entry_short', **entry)}" if entry else ""
    return f"{name}, {clock(parse_instant(step['at']))}{by}{proof}"


def _letter(letter: Mapping[str, Any], t: Words) -> str:
    """What the customer said by letter, with the file that shows it."""
    file = letter.get("file") or {}
    shown = f", {file['name']} (SHA-256 {file['sha256']})" if file else ""
    kind, day = t.named("by_letter", str(letter["kind"])), t.day(letter["received_on"])
    return t("evidence.letter", kind=kind, day=day, id=letter["id"]) + shown


def _attempt(tried: Tried, t: Words, clock: Clock) -> str:
    answer = f"{tried.status or ''} {tried.answer or ''}".strip()
    channel = t.named("channel", tried.channel)
    parts = (
        clock(tried.at),
        channel,
        tried.recipient,
        tried.outcome,
        f"{tried.duration_ms} ms",
        answer,
    )
    return " · ".join(part for part in parts if part)


def _terms(t: Words, row: Evidence) -> str:
    """The periods of an agreement in a sentence; empty where it was told none."""
    if not row.terms or row.owes == INFORMATION:
        return t("evidence.terms.information") if row.owes == INFORMATION else ""
    notice, objection = (_length(t, row.terms, name) for name in ("notice", "objection"))
    rule = t.named("receipt", row.terms.get("receipt_rule", "sent"))
    return t("evidence.terms", notice=notice, objection=objection, rule=rule)


def _length(t: Words, terms: Mapping[str, Any], name: str) -> str:
    """A period as its terms name it, in the long form or the short one."""
    period = terms.get(name) or {}
    if period.get("ends") == "effective_day":
        return t("evidence.until_change")
    length = period.get("length") or {}
    kind = "business_day" if terms.get("day_kind") == "business" else "day"
    value = length.get("value") or terms.get(f"{name}_days")
    if not value:
        return t("evidence.no_number")
    form = "one" if value == 1 else "other"
    return t(f"period.{length.get('unit') or kind}.{form}", n=value)
