"""What a notice says of each change: facts, before and after, and places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.notices.letters.differences import differences, is_whole
from services.notices.letters.headlines import company, headline_of, is_rename
from services.notices.letters.members import is_stated, worded
from services.notices.letters.shape import Differences, Fact, Place, Section, filled
from services.notices.letters.transfers import (
    bases,
    law_named,
    tone_of,
    verdict_named,
    where,
)
from services.notices.letters.words import Words
from services.notices.model.messages import INFORMATION

Change = Mapping[str, Any]
# What is said of a company that is new to the list.
_OF_A_NEW_ONE = ("address", "purpose", "data_categories", "data_subjects", "products")
_IF_STATED = ("special_categories", "hr_data", "ai_use", "data_combined", "affiliate")


def contents(
    t: Words, changes: Sequence[Change], about: Change
) -> tuple[tuple[Fact, ...], dict[str, Any]]:
    """The facts of an only change and the members of the letter that show the rest of it; a section
    for each of several."""
    if len(changes) == 1:
        return _facts(t, changes[0], about), _rest(t, changes[0])
    return (), {"sections": tuple(section_of(t, each, about) for each in changes)}


def section_of(t: Words, change: Change, about: Change) -> Section:
    """One change of a notice: its facts, before and after, and its places."""
    return Section(headline_of(t, change), filled(*_facts(t, change, about)), **_rest(t, change))


def days(t: Words, about: Change) -> tuple[Fact, ...]:
    """The days of this customer, the first thing to read."""
    informs = about.get("owes") == INFORMATION
    answer = "fact.answer_by" if _waits_for_approval(about) else "fact.deadline"
    return (
        Fact(t(answer), "" if informs else _last_day(t, about), strong=True),
        Fact(t("fact.effective_on"), t.day(about["effective_on"]), strong=True),
        Fact(t("fact.silence"), _silence(t, about)),
    )


def _waits_for_approval(about: Change) -> bool:
    return about.get("silence") not in (None, "consent")


def _last_day(t: Words, about: Change) -> str:
    """The last day to object, as far as it is known before the notice is received."""
    deadline, provisional = about["objection_deadline"], about.get("provisional")
    if deadline is None:
        return t("deadline.unknown" if provisional else "deadline.none")
    return t("deadline.later", day=t.day(deadline)) if provisional else t.day(deadline)


def _silence(t: Words, about: Change) -> str:
    silence = about.get("silence")
    has_no_end = about["objection_deadline"] is None and not about.get("provisional")
    if silence == "consent" and has_no_end:
        return t("silence.consent_any_day", day=t.day(about["effective_on"]))
    return t.named("silence", silence) if silence else ""


def _facts(t: Words, change: Change, about: Change) -> tuple[Fact, ...]:
    entry, before = change.get("sub_processor") or {}, change.get("previous") or {}
    is_new = change.get("kind") in ("add", "replace")
    codes = change.get("materiality") or ()
    return (
        Fact(t("fact.sub_processor"), company(t, entry or before)),
        Fact(t("fact.replaces"), company(t, before) if change.get("kind") == "replace" else ""),
        Fact(t("fact.matters"), ", ".join(t.named("materiality", each) for each in codes)),
        *(_members(t, entry) if is_new else ()),
        Fact(t("fact.what_it_means"), t.told(change.get("what_it_means"))),
        Fact(t("fact.reason"), t.told(change.get("reason"))),
        Fact(t("fact.contact"), "" if _ends(change) else _contact(entry.get("contact"))),
        Fact(t("fact.data_after"), _data_after(t, change, about)),
        Fact(t("mail.differences"), t("difference.left_out") if _is_cut(change) else ""),
    )


def _members(t: Words, entry: Change) -> tuple[Fact, ...]:
    stated = (name for name in _IF_STATED if is_stated(entry.get(name)))
    said = (*_OF_A_NEW_ONE, *stated, _retention(entry))
    return tuple(Fact(t(f"member.{name}"), worded(t, name, entry.get(name))) for name in said)


def _retention(entry: Change) -> str:
    return "retention_periods" if entry.get("retention_periods") else "retention"


def _contact(told: Change | None) -> str:
    parts = [(told or {}).get(each) for each in ("name", "position", "email")]
    return ", ".join(str(each) for each in parts if each)


def _is_cut(change: Change) -> bool:
    """Whether the message had no room for what was before."""
    return bool(change.get("truncated")) and change.get("kind") == "modify" and not is_whole(change)


def _ends(change: Change) -> bool:
    return change.get("kind") == "remove"


def _data_after(t: Words, change: Change, about: Change) -> str:
    """What happens to the data where a company is no longer used."""
    entry = change.get("previous") or change.get("sub_processor") or {}
    if change.get("kind") not in ("remove", "replace") or not entry.get("legal_name"):
        return ""
    name, day = entry["legal_name"], t.day(about["effective_on"])
    kept = worded(t, _retention(entry), entry.get(_retention(entry)))
    kept = t("data_after.kept", kept=kept) if kept else ""
    return f"{t('data_after', name=name, day=day)} {kept}".strip()


def _rest(t: Words, change: Change) -> dict[str, Any]:
    """Before and after, and the places, but for those of what leaves or only changes its name."""
    lines = differences(t, change)
    shown: dict[str, Any] = {}
    if lines:
        shown["differences"] = Differences(
            t("mail.differences"), t("difference.before"), t("difference.after"), lines
        )
    entry = change.get("sub_processor") or {}
    places = () if _ends(change) or is_rename(change) else entry.get("locations") or ()
    if places:
        shown |= {
            "places_heading": t("mail.places"),
            "places": tuple(_place(t, each) for each in places),
        }
    return shown


def _place(t: Words, place: Change) -> Place:
    verdict = place.get("verdict") or {}
    status, ends = str(verdict.get("status") or "unknown"), verdict.get("ends_on")
    said = verdict_named(t, place)
    if ends and status in ("valid", "expiring"):
        said += f", {t('verdict.ends', day=t.day(ends))}"
    return Place(
        name=where(t, place),
        kind=t.named("kind", place.get("kind") or ""),
        verdict=said,
        tone=tone_of(status),
        basis=bases(t, place),
        reason=_reason(t, status, verdict),
        laws=tuple(_by_law(t, each) for each in verdict.get("by_regime") or ()),
    )


def _reason(t: Words, status: str, verdict: Change) -> str:
    silent = status == "no_transfer" or verdict.get("by_regime")
    reason = "" if silent else _worded(t, verdict)
    asked = verdict.get("open") or {}
    question = asked.get("question_by_language") or in_english(asked.get("question"))
    open_law = t("verdict.open", question=t.told(question)) if question else ""
    return " ".join(text for text in (reason, open_law) if text)


def _by_law(t: Words, verdict: Change) -> str:
    """What one of several laws says, with its name."""
    law, said = law_named(t, verdict), t.named("verdict", str(verdict.get("status") or "unknown"))
    return f"{law}: {said}. {_worded(t, verdict)}".strip()


def _worded(t: Words, verdict: Change) -> str:
    """The reason in the reader's language; entries of before these were kept have English only."""
    return t.told(verdict.get("reason_by_language") or in_english(verdict.get("reason")))


def in_english(text: object) -> object:
    """A text of the law that stands alone: it is the English one."""
    return {"en": text} if isinstance(text, str) and text else text
