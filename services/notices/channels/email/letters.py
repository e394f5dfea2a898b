"""What a mail says: the facts of the message a webhook would carry, in the customer's words.

A letter is built once; plain text (``plain``) and HTML (``templates/mail.html``) are two views of
it, so they cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.notices import events
from services.notices.channels.email.words import Words, language_of, words

GOOD, WARN, BAD = "good", "warn", "bad"
_TONES = {
    "no_transfer": GOOD, "valid": GOOD, "unproven": WARN, "expiring": WARN, "invalid": BAD,
    "missing": BAD,
}  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """``strong``: a day that must not be missed."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True)
class Place:
    """Where data is or is seen from; ``tone`` is good, warn or bad, and the verdict says it too."""

    name: str
    kind: str
    verdict: str
    tone: str
    basis: str
    reason: str


@dataclass(frozen=True)
class Action:
    """``primary``: the one that is asked for."""

    label: str
    url: str
    primary: bool = False


@dataclass(frozen=True)
class Letter:
    """All text is plain; ``warning`` stands above the facts."""

    language: str
    subject: str
    heading: str
    lead: str
    facts: tuple[Fact, ...]
    warning: str = ""
    places_heading: str = ""
    places: tuple[Place, ...] = ()
    actions: tuple[Action, ...] = ()
    paragraphs: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()


def letter_of(
    kind: str, language: str | None, body: Mapping[str, Any], acknowledge_url: str = ""
) -> Letter:
    """The letter of this kind. ``body``: of the webhook message, or a warning's own data."""
    t = words(language_of(language))
    if kind in events.NOTICES:
        return _notice(t, kind, body, acknowledge_url)
    if kind in events.FOLLOW_UPS:
        return _follow_up(t, kind, body)
    return _warning(t, kind, body)


def _notice(t: Words, kind: str, body: Mapping[str, Any], acknowledge_url: str) -> Letter:
    data, notice = body["data"], body["data"]["notice"]
    vendor, links = data["processor"].get("legal_name", ""), data["links"]
    headline = _headline(t, data)
    deadline, effective = notice["objection_deadline"], notice["effective_on"]
    emergency = kind == events.CHANGE_EMERGENCY
    entry = data.get("sub_processor") or {}
    actions = [Action(t("mail.page"), links["page"])]
    if acknowledge_url:
        actions.insert(0, Action(t("mail.acknowledge"), acknowledge_url, primary=True))
    return Letter(
        language=t.language,
        subject=t("mail.subject", vendor=vendor, headline=headline, day=t.day(effective)),
        heading=headline,
        lead=t("mail.lead", vendor=vendor),
        warning=_emergency(t, data) if emergency else "",
        facts=tuple(_facts(t, data, notice, vendor)),
        places_heading=t("mail.places") if entry.get("locations") else "",
        places=tuple(_place(t, each) for each in entry.get("locations") or ()),
        actions=tuple(actions),
        paragraphs=tuple(_how_to_answer(t, data, notice, vendor, deadline)),
        footer=(
            t("mail.why", vendor=vendor, agreement=data.get("agreement_id", "")),
            t("mail.reroute"),
            t("mail.link_note") if acknowledge_url else "",
            t("mail.id", notice=notice["id"], change=data["change_id"]),
        ),
    )


def _headline(t: Words, data: Mapping[str, Any]) -> str:
    name = (data.get("sub_processor") or {}).get("legal_name") or "–"
    previous = (data.get("previous") or {}).get("legal_name") or "–"
    kind = data.get("kind")
    kind = kind if kind in ("add", "replace", "modify", "remove") else "modify"
    if kind == "replace" and not data.get("previous"):
        kind = "add"
    return t(f"change.{kind}", name=name, previous=previous)


def _facts(
    t: Words, data: Mapping[str, Any], notice: Mapping[str, Any], vendor: str
) -> Sequence[Fact]:
    entry = data.get("sub_processor") or {}
    matters = ", ".join(t.named("materiality", each) for each in data.get("materiality") or ())
    silence = notice.get("silence")
    told = [
        Fact(t("fact.deadline"), t.day(notice["objection_deadline"]), strong=True),
        Fact(t("fact.effective_on"), t.day(notice["effective_on"]), strong=True),
        Fact(t("fact.silence"), t.named("silence", silence) if silence else ""),
        Fact(t("fact.vendor"), vendor),
        Fact(t("fact.seat"), t.country(entry.get("country")) if entry.get("country") else ""),
        Fact(t("fact.purpose"), t.told(entry.get("purpose"))),
        Fact(t("fact.reason"), t.told(data.get("reason"))),
        Fact(t("fact.matters"), matters),
        Fact(t("fact.given_on"), t.day(notice["given_on"])),
    ]
    return [each for each in told if each.value]


def _emergency(t: Words, data: Mapping[str, Any]) -> str:
    return t("mail.emergency", why=t.told(data.get("justification")) or "–")


def _place(t: Words, place: Mapping[str, Any]) -> Place:
    verdict = place.get("verdict") or {}
    status = str(verdict.get("status") or "unknown")
    region = f" ({place['region']})" if place.get("region") else ""
    ends = verdict.get("ends_on")
    said = t.named("verdict", status)
    if ends and status in ("valid", "expiring"):
        said += f", {t('verdict.ends', day=t.day(ends))}"
    return Place(
        name=f"{t.country(place.get('country'))}{region}",
        kind=t.named("kind", place.get("kind") or ""),
        verdict=said,
        tone=_TONES.get(status, WARN),
        basis="; ".join(_mechanism(t, each) for each in place.get("mechanisms") or ()),
        reason="" if status == "no_transfer" else t.told(verdict.get("reason")),
    )


def _mechanism(t: Words, mechanism: Mapping[str, Any]) -> str:
    code = str(mechanism.get("instrument_id") or "")
    name = t.told(mechanism.get("name")) or t.named("instrument", code)
    role = mechanism.get("role")
    return f"{name} ({t.named('role', role)})" if role == "fallback" else name


def _how_to_answer(
    t: Words,
    data: Mapping[str, Any],
    notice: Mapping[str, Any],
    vendor: str,
    deadline: str | None,
) -> Sequence[str]:
    url = data["links"]["change"]
    told = [
        t("mail.how_to_object", day=t.day(deadline), url=f"{url}/objections"),
        t("mail.or_write", vendor=vendor, notice=notice["id"]),
    ]
    if notice.get("silence") not in (None, "consent"):
        told.append(t("mail.how_to_approve", url=f"{url}/approval"))
    return told


def _follow_up(t: Words, kind: str, body: Mapping[str, Any]) -> Letter:
    data = body["data"]
    vendor, word = data["processor"].get("legal_name", ""), kind.rpartition(".")[2]
    headline = _headline(t, data)
    told = [
        Fact(t("fact.vendor"), vendor),
        Fact(t("fact.change"), headline),
        Fact(t("fact.reason"), t.told(data.get("reason"))),
        Fact(t("fact.effective_on"), t.day(data.get("effective_on"))),
    ]
    return Letter(
        language=t.language,
        subject=t(f"mail.{word}.subject", vendor=vendor, headline=headline),
        heading=t(f"mail.{word}.heading", headline=headline),
        lead=t(f"mail.{word}.lead", vendor=vendor, day=t.day(data.get("effective_on"))),
        facts=tuple(each for each in told if each.value),
        actions=(Action(t("mail.page"), data["links"]["page"]),),
        footer=(
            t("mail.why", vendor=vendor, agreement=data.get("agreement_id", "")),
            t("mail.reroute"),
            t("mail.change_id", change=data["change_id"]),
        ),
    )


def _warning(t: Words, kind: str, data: Mapping[str, Any]) -> Letter:
    """A warning about a webhook endpoint; ``data`` as ``services.notices.outbox`` has it."""
    word = kind.rpartition(".")[2]
    # A day to come, which is past once the endpoint is disabled.
    disables_at = _moment(t, data.get("disables_at")) if word == "disabling_soon" else ""
    told = [
        Fact(t("fact.endpoint"), str(data.get("url") or "")),
        Fact(t("fact.description"), str(data.get("description") or "")),
        Fact(t("fact.failing_since"), _moment(t, data.get("failing_since"))),
        Fact(t("fact.failures"), str(data.get("failures") or "")),
        Fact(t("fact.last_error"), t.named("error", data.get("last_error") or "")),
        Fact(t("fact.disables_at"), disables_at, strong=True),
    ]
    return Letter(
        language=t.language,
        subject=t(f"mail.{word}.subject", url=data.get("url") or ""),
        heading=t(f"mail.{word}.heading"),
        lead=t(f"mail.{word}.lead"),
        facts=tuple(each for each in told if each.value),
        paragraphs=(t(f"mail.{word}.what_to_do", endpoint=data.get("endpoint_id") or ""),),
        footer=(t("mail.why_endpoint"), t("mail.reroute")),
    )


def _moment(t: Words, value: object) -> str:
    """An RFC 3339 instant as a day and a time of day in UTC."""
    text = str(value or "")
    return f"{t.day(text)} {text[11:16]} UTC" if len(text) >= 16 else ""
