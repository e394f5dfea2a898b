"""Letters about a change: the prior notice, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.notices import events
from services.notices.letters.answers import how_to_answer
from services.notices.letters.contents import contents, days
from services.notices.letters.headlines import headline_of
from services.notices.letters.shape import Action, Fact, Letter, filled
from services.notices.letters.small_print import change_ids, persons_named, why
from services.notices.letters.transfers import page_of
from services.notices.letters.words import Words
from services.notices.model.answering import Answering
from services.notices.model.messages import INFORMATION
from services.notices.model.told_changes import changes_told


def notice(t: Words, kind: str, body: Mapping[str, Any], answering: Answering) -> Letter:
    """The prior notice itself."""
    data, about = body["data"], body["data"]["notice"]
    vendor, changes = data["processor"].get("legal_name", ""), changes_told(data)
    headline = headline_of(t, data)
    informs, emergency = about.get("owes") == INFORMATION, kind == events.CHANGE_EMERGENCY
    # Nobody is asked for an answer to what only informs.
    url = "" if informs else answering.url
    actions = (Action(t("mail.answer"), url, primary=True),) if url else ()
    facts, shown = contents(t, changes, about)
    end = (
        Fact(t("fact.vendor"), vendor),
        Fact(t("fact.given_on"), t.day(about["given_on"])),
        Fact(t("fact.approved_by"), persons_named(data.get("approved_by") or ())),
    )
    return Letter(
        language=t.language,
        subject=t(_subject(about, emergency=emergency), headline=headline, **_days(t, about)),
        heading=headline,
        lead=t(_lead(changes, informs=informs), vendor=vendor),
        warning=_emergency(t, changes, about) if emergency and not informs else "",
        facts=filled(*days(t, about), *facts, *end),
        actions=(*actions, *page_of(t, data)),
        paragraphs=tuple(how_to_answer(t, data, Answering(url, answering.address))),
        footer=(
            *why(t, data, answering.address),
            t("mail.link_note") if url else "",
            change_ids(t, changes, about),
        ),
        **shown,
    )


def _subject(about: Mapping[str, Any], *, emergency: bool) -> str:
    """The key of the subject: what the reader has to do until when comes first."""
    deadline = about["objection_deadline"]
    if about.get("owes") == INFORMATION:
        return "mail.subject.information"
    if deadline is None:
        return "mail.subject.emergency_any_day" if emergency else "mail.subject.any_day"
    if emergency:
        return "mail.subject.emergency"
    if about.get("silence") not in (None, "consent"):
        return "mail.subject.answer"
    return "mail.subject.later" if about.get("provisional") else "mail.subject.object"


def _days(t: Words, about: Mapping[str, Any]) -> dict[str, str]:
    given, effective = about["given_on"], about["effective_on"]
    return {
        "deadline": t.short_day(about["objection_deadline"], given),
        "day": t.short_day(effective, given),
    }


def _lead(changes: Sequence[Mapping[str, Any]], *, informs: bool) -> str:
    """The key of the first sentence."""
    lead = "mail.information.lead" if informs else "mail.lead"
    return f"{lead}_several" if changes[1:] else lead


def _emergency(t: Words, changes: Sequence[Mapping[str, Any]], about: Mapping[str, Any]) -> str:
    agreed = "mail.emergency" if about.get("emergency_agreed") else "mail.emergency_not_agreed"
    told = dict.fromkeys(t.told(change.get("justification")) for change in changes)
    why = " ".join(each for each in told if each) or "–"
    return t(agreed, why=why, day=t.day(about["effective_on"]))


def follow_up(t: Words, kind: str, body: Mapping[str, Any], answering: Answering) -> Letter:
    """A change that was told was withdrawn, or is in effect now; of one notice several may be."""
    data, changes = body["data"], changes_told(body["data"])
    vendor, word = data["processor"].get("legal_name", ""), kind.rpartition(".")[2]
    several = "_several" if changes[1:] else ""
    is_withdrawn = kind == events.CHANGE_WITHDRAWN
    headline = headline_of(t, data, is_done=not is_withdrawn)
    day = "was_effective_on" if is_withdrawn else "effective_on"
    facts = filled(
        *(
            Fact(t("fact.change"), headline_of(t, each, is_done=not is_withdrawn))
            for each in changes
        ),
        Fact(t(f"fact.{day}"), t.day(data.get("effective_on")), strong=True),
        Fact(t("fact.reason"), t.told(data.get("reason"))),
        Fact(t("fact.vendor"), vendor),
    )
    return Letter(
        language=t.language,
        subject=t(f"mail.{word}.subject", vendor=vendor, headline=headline),
        heading=t(f"mail.{word}.heading", headline=headline),
        lead=t(f"mail.{word}.lead{several}", vendor=vendor, day=t.day(data.get("effective_on"))),
        facts=facts,
        actions=page_of(t, data),
        footer=(
            *why(t, data, answering.address),
            t("mail.change_id", change=", ".join(each["change_id"] for each in changes)),
        ),
    )
