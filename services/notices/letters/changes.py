"""Letters about a change: the prior notice, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.notices import events
from services.notices.letters.shape import Action, Fact, Letter, Place, Section, filled
from services.notices.letters.transfers import (
    instrument_named,
    law_named,
    page_of,
    tone_of,
    where,
)
from services.notices.letters.words import Words
from services.notices.model.messages import INFORMATION
from services.notices.model.told_changes import changes_told
from shared.counting import counted_by


def notice(t: Words, kind: str, body: Mapping[str, Any], acknowledge_url: str) -> Letter:
    """The prior notice itself; ``acknowledge_url``: the link of this contact, or empty."""
    data, about = body["data"], body["data"]["notice"]
    vendor, changes = data["processor"].get("legal_name", ""), changes_told(data)
    headline, day = headline_of(t, data), t.day(about["effective_on"])
    actions = page_of(t, data)
    informs, emergency = about.get("owes") == INFORMATION, kind == events.CHANGE_EMERGENCY
    # Nobody is asked for an answer to what only informs.
    acknowledge_url = "" if informs else acknowledge_url
    if acknowledge_url:
        actions = (Action(t("mail.acknowledge"), acknowledge_url, primary=True), *actions)
    return Letter(
        language=t.language,
        subject=t(
            "mail.information.subject" if informs else "mail.subject",
            vendor=vendor,
            headline=headline,
            day=day,
        ),
        heading=headline,
        lead=t(_lead(changes, informs=informs), vendor=vendor),
        warning=_emergency(t, changes, about) if emergency and not informs else "",
        actions=actions,
        paragraphs=tuple(_how_to_answer(t, data, about, vendor)),
        footer=(
            t("mail.why", vendor=vendor, agreement=data.get("agreement_id", "")),
            t("mail.reroute"),
            t("mail.link_note") if acknowledge_url else "",
            _ids(t, changes, about),
        ),
        **_contents(t, changes, about, vendor, data.get("approved_by") or ()),
    )


def _lead(changes: Sequence[Mapping[str, Any]], *, informs: bool) -> str:
    """The key of the first sentence."""
    lead = "mail.information.lead" if informs else "mail.lead"
    return f"{lead}_several" if changes[1:] else lead


def headline_of(t: Words, data: Mapping[str, Any]) -> str:
    """The change in a few words, such as "New sub-processor: Mail Inc."; of several, their
    number."""
    if "change_id" not in data and len(data.get("changes") or ()) > 1:
        return t("change.several", count=len(data["changes"]))
    name = (data.get("sub_processor") or {}).get("legal_name") or "–"
    previous = (data.get("previous") or {}).get("legal_name") or "–"
    kind = data.get("kind")
    kind = kind if kind in ("add", "replace", "modify", "remove") else "modify"
    if kind == "replace" and not data.get("previous"):
        kind = "add"
    return t(f"change.{kind}", name=name, previous=previous)


def _approver(person: Mapping[str, Any]) -> str:
    return ", ".join(person[name] for name in ("name", "title") if person.get(name))


def _contents(
    t: Words,
    changes: Sequence[Mapping[str, Any]],
    about: Mapping[str, Any],
    vendor: str,
    approved_by: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """The facts and places of an only change; a section for each of several."""
    days = _days(t, about)
    end = (
        Fact(t("fact.given_on"), t.day(about["given_on"])),
        Fact(t("fact.approved_by"), ", ".join(_approver(each) for each in approved_by)),
    )
    if len(changes) == 1:
        [only] = changes
        facts = (*days, Fact(t("fact.vendor"), vendor), *_facts(t, only), *end)
        return {"facts": filled(*facts), **_places(t, only)}
    sections = tuple(
        Section(headline_of(t, each), filled(*_facts(t, each)), **_places(t, each))
        for each in changes
    )
    facts = (*days, Fact(t("fact.vendor"), vendor), *end)
    return {"facts": filled(*facts), "sections": sections}


def _days(t: Words, about: Mapping[str, Any]) -> tuple[Fact, ...]:
    informs = about.get("owes") == INFORMATION
    return (
        Fact(t("fact.deadline"), "" if informs else _last_day(t, about), strong=True),
        Fact(t("fact.effective_on"), t.day(about["effective_on"]), strong=True),
        Fact(t("fact.silence"), _silence(t, about)),
    )


def _facts(t: Words, change: Mapping[str, Any]) -> tuple[Fact, ...]:
    entry = change.get("sub_processor") or {}
    matters = ", ".join(t.named("materiality", each) for each in change.get("materiality") or ())
    return (
        Fact(t("fact.seat"), t.country(entry.get("country")) if entry.get("country") else ""),
        Fact(t("fact.contact"), _contact(entry.get("contact"))),
        Fact(t("fact.purpose"), t.told(entry.get("purpose"))),
        Fact(t("fact.what_it_means"), t.told(change.get("what_it_means"))),
        Fact(t("fact.reason"), t.told(change.get("reason"))),
        Fact(t("fact.matters"), matters),
    )


def _last_day(t: Words, about: Mapping[str, Any]) -> str:
    """The last day to object, as far as it is known before the notice is received."""
    deadline, provisional = about["objection_deadline"], about.get("provisional")
    if deadline is None:
        return t("deadline.unknown" if provisional else "deadline.none")
    return t("deadline.later", day=t.day(deadline)) if provisional else t.day(deadline)


def _silence(t: Words, about: Mapping[str, Any]) -> str:
    silence = about.get("silence")
    if silence == "consent" and _any_day(about):
        return t("silence.consent_any_day", day=t.day(about["effective_on"]))
    return t.named("silence", silence) if silence else ""


def _any_day(about: Mapping[str, Any]) -> bool:
    """Whether no day ends the right to object."""
    return about["objection_deadline"] is None and not about.get("provisional")


def _places(t: Words, change: Mapping[str, Any]) -> dict[str, Any]:
    places = tuple(
        _place(t, each) for each in (change.get("sub_processor") or {}).get("locations") or ()
    )
    return {"places_heading": t("mail.places") if places else "", "places": places}


def _ids(t: Words, changes: Sequence[Mapping[str, Any]], about: Mapping[str, Any]) -> str:
    ids = ", ".join(change["change_id"] for change in changes)
    return t("mail.id" if len(changes) == 1 else "mail.ids", notice=about["id"], change=ids)


def _contact(told: Mapping[str, Any] | None) -> str:
    parts = [(told or {}).get(each) for each in ("name", "position", "email")]
    return ", ".join(str(each) for each in parts if each)


def _emergency(t: Words, changes: Sequence[Mapping[str, Any]], about: Mapping[str, Any]) -> str:
    agreed = "mail.emergency" if about.get("emergency_agreed") else "mail.emergency_not_agreed"
    told = dict.fromkeys(t.told(change.get("justification")) for change in changes)
    why = " ".join(each for each in told if each) or "–"
    return t(agreed, why=why, day=t.day(about["effective_on"]))


def _place(t: Words, place: Mapping[str, Any]) -> Place:
    verdict = place.get("verdict") or {}
    status = str(verdict.get("status") or "unknown")
    ends = verdict.get("ends_on")
    said = t.named("verdict", status)
    if ends and status in ("valid", "expiring"):
        said += f", {t('verdict.ends', day=t.day(ends))}"
    return Place(
        name=where(t, place),
        kind=t.named("kind", place.get("kind") or ""),
        verdict=said,
        tone=tone_of(status),
        basis="; ".join(_mechanism(t, each) for each in place.get("mechanisms") or ()),
        reason=_reason(t, status, verdict),
        laws=tuple(_by_law(t, each) for each in verdict.get("by_regime") or ()),
    )


def _reason(t: Words, status: str, verdict: Mapping[str, Any]) -> str:
    silent = status == "no_transfer" or verdict.get("by_regime")
    reason = "" if silent else _worded(t, verdict)
    asked = verdict.get("open") or {}
    question = asked.get("question_by_language") or asked.get("question")
    open_law = t("verdict.open", question=t.told(question)) if question else ""
    return " ".join(text for text in (reason, open_law) if text)


def _by_law(t: Words, verdict: Mapping[str, Any]) -> str:
    """What one of several laws says, with its name."""
    law, said = law_named(t, verdict), t.named("verdict", str(verdict.get("status") or "unknown"))
    return f"{law}: {said}. {_worded(t, verdict)}".strip()


def _worded(t: Words, verdict: Mapping[str, Any]) -> str:
    """The reason in the reader's language; entries of before these were kept have English only."""
    return t.told(verdict.get("reason_by_language") or verdict.get("reason"))


def _mechanism(t: Words, mechanism: Mapping[str, Any]) -> str:
    code = str(mechanism.get("instrument_id") or "")
    name = instrument_named(t, mechanism, code)
    role = mechanism.get("role")
    return f"{name} ({t.named('role', role)})" if role == "fallback" else name


def _how_to_answer(
    t: Words, data: Mapping[str, Any], about: Mapping[str, Any], vendor: str
) -> Sequence[str]:
    if about.get("owes") == INFORMATION:
        return [t("mail.information.nothing_to_do", day=t.day(about["effective_on"]))]
    changes, links, any_day = changes_told(data), data["links"], _any_day(about)
    url = links.get("change") or f"{links['changes']}/{changes[0]['change_id']}"
    told = [t(_how(about), day=t.day(about["objection_deadline"]), url=f"{url}/objections")]
    if changes[1:]:
        told.append(t("mail.against_which"))
    if about.get("provisional"):
        told.append(t("mail.counts_from_receipt", url=url))
    write = "mail.or_write_any_day" if any_day else "mail.or_write"
    told.append(t(write, vendor=vendor, notice=about["id"]))
    if about.get("silence") not in (None, "consent"):
        told.append(t("mail.how_to_approve", url=f"{url}/approval"))
    return [*told, *_counting(t, about)]


def _how(about: Mapping[str, Any]) -> str:
    if about["objection_deadline"]:
        return "mail.how_to_object"
    return "mail.how_to_object_any_day" if _any_day(about) else "mail.how_to_object_by_portal"


def _counting(t: Words, about: Mapping[str, Any]) -> Sequence[str]:
    """How the days were counted; notices of before these facts were kept do not say."""
    said = counted_by(t.language, about.get("holidays"), about.get("time_zones") or ())
    return [said] if said else []


def follow_up(t: Words, kind: str, body: Mapping[str, Any]) -> Letter:
    """A change that was told was withdrawn, or is in effect now."""
    data = body["data"]
    vendor, word = data["processor"].get("legal_name", ""), kind.rpartition(".")[2]
    headline = headline_of(t, data)
    day = "was_effective_on" if kind == events.CHANGE_WITHDRAWN else "effective_on"
    facts = filled(
        Fact(t("fact.vendor"), vendor),
        Fact(t("fact.change"), headline),
        Fact(t("fact.reason"), t.told(data.get("reason"))),
        Fact(t(f"fact.{day}"), t.day(data.get("effective_on"))),
    )
    return Letter(
        language=t.language,
        subject=t(f"mail.{word}.subject", vendor=vendor, headline=headline),
        heading=t(f"mail.{word}.heading", headline=headline),
        lead=t(f"mail.{word}.lead", vendor=vendor, day=t.day(data.get("effective_on"))),
        facts=facts,
        actions=page_of(t, data),
        footer=(
            t("mail.why", vendor=vendor, agreement=data.get("agreement_id", "")),
            t("mail.reroute"),
            t("mail.change_id", change=data["change_id"]),
        ),
    )
