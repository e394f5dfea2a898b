"""Letters about a basis of transfers that ends, and the words for places and instruments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.notices import events
from services.notices.letters.shape import (
    BAD,
    GOOD,
    WARN,
    Action,
    Fact,
    Item,
    Letter,
    filled,
)
from services.notices.letters.small_print import why
from services.notices.letters.words import Words
from services.notices.model.answering import Answering

# The Union and the three other states of the EEA Agreement.
EEA = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
    "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
_TONES = {
    "no_transfer": GOOD, "valid": GOOD, "unproven": WARN, "expiring": WARN, "invalid": BAD,
    "missing": BAD,
}  # fmt: skip


def page_of(t: Words, data: Mapping[str, Any]) -> tuple[Action, ...]:
    """The link to the public page; none while the register is not published."""
    page = data["links"]["page"]
    return (Action(t("mail.page"), page),) if page else ()


def tone_of(status: str) -> str:
    """How the verdict is coloured."""
    return _TONES.get(status, WARN)


def place_named(t: Words, place: Mapping[str, Any]) -> str:
    """The country, or the international organisation that receives the data instead."""
    return str(place.get("organisation") or "") or t.country(place.get("country"))


def where(t: Words, place: Mapping[str, Any]) -> str:
    """The country of a place, with its region if it names one."""
    region = f" ({place['region']})" if place.get("region") else ""
    return f"{place_named(t, place)}{region}"


def verdict_named(t: Words, place: Mapping[str, Any]) -> str:
    """Whether the data may go there, in words for laypeople."""
    verdict = place.get("verdict") or {}
    status = str(verdict.get("status") or "unknown")
    if status == "no_transfer" and place.get("country") in EEA:
        return t("verdict.stays_in_the_eea")
    return t.named("verdict", status)


def allowed_by(t: Words, place: Mapping[str, Any]) -> str:
    """A place's verdict and what it rests on, in one line."""
    said = bases(t, place)
    return f"{verdict_named(t, place)}: {said}" if said else verdict_named(t, place)


def bases(t: Words, place: Mapping[str, Any]) -> str:
    """What a transfer rests on; of a look-up also its day."""
    return "; ".join(_mechanism(t, each) for each in place.get("mechanisms") or ())


def _mechanism(t: Words, mechanism: Mapping[str, Any]) -> str:
    name = instrument_named(t, mechanism, str(mechanism.get("instrument_id") or ""))
    checked = (mechanism.get("evidence") or {}).get("checked_on")
    notes = (
        t("role.fallback") if mechanism.get("role") == "fallback" else "",
        t("verdict.checked", day=t.day(checked)) if checked else "",
    )
    noted = ", ".join(note for note in notes if note)
    return f"{name} ({noted})" if noted else name


def law_named(t: Words, verdict: Mapping[str, Any]) -> str:
    """The law that a verdict was made under, in plain words."""
    return t.named("regime", verdict.get("regime") or "none")


def _by_law(t: Words, verdicts: Sequence[Mapping[str, Any]]) -> str:
    """What each of several laws says, the strictest first."""
    return "; ".join(
        f"{law_named(t, each)}: {t.named('verdict', str(each['status']))}" for each in verdicts
    )


def instrument_named(t: Words, told: Mapping[str, Any], code: str) -> str:
    """What an instrument is called: our word, else as the register says, else by its code."""
    name = t.told(told.get("name_by_language") or told.get("name"))
    return t.listed("instrument", code) or name or t.named("instrument", code)


def basis(t: Words, kind: str, body: Mapping[str, Any], answering: Answering) -> Letter:
    """The instrument that carries transfers ends (``transfer.basis_ending``) or has ended; or its
    vendor found that it does not carry them (``found_on``)."""
    data, word = body["data"], kind.rpartition(".")[2]
    vendor, told = data["processor"].get("legal_name", ""), data["instrument"]
    found = data.get("found_on")
    name, last_day = instrument_named(t, told, told["id"]), t.day(told.get("last_day"))
    values = {"vendor": vendor, "instrument": name, "day": t.day(found) if found else last_day}
    is_lost, bare = kind == events.BASIS_LOST, data.get("without_basis") or 0
    about = "basis_found" if found else word
    return Letter(
        language=t.language,
        subject=t(f"mail.{about}.subject", **values),
        heading=t(f"mail.{about}.heading", **values),
        lead=t(f"mail.{about}.lead", **values),
        warning=t(f"mail.{word}.bare", count=bare) if bare else "",
        facts=filled(
            Fact(t("fact.instrument"), name),
            Fact(t("fact.last_day"), "" if found else last_day, strong=True),
            Fact(t("fact.found_on"), t.day(found) if found else "", strong=True),
            Fact(t("fact.days_left"), "" if is_lost else str(data.get("days_left", ""))),
            Fact(t("fact.reason"), "" if found else t.told(told.get("ended_by"))),
            Fact(t("fact.vendor"), vendor),
        ),
        items_heading=t(f"mail.{word}.items"),
        items=tuple(_transfer(t, each) for each in data.get("transfers") or ()),
        actions=page_of(t, data),
        paragraphs=(t(f"mail.{word}.what_to_do", vendor=vendor),),
        footer=why(t, data, answering.address),
    )


def _transfer(t: Words, told: Mapping[str, Any]) -> Item:
    place, after = told.get("location") or {}, told["remaining"]
    status, said = str(after["status"]), verdict_named(t, {**place, "verdict": after})
    basis = t.named("instrument", after["instrument_id"]) if after.get("instrument_id") else ""
    kind = t.named("kind", place.get("kind") or "")
    about = ", ".join(each for each in (where(t, place), kind) if each)
    by_law = _by_law(t, after.get("by_regime") or ())
    return Item(
        name=told["sub_processor"].get("legal_name") or "–",
        said=": ".join(each for each in (said, basis) if each),
        tone=tone_of(status),
        note=". ".join(each for each in (about, by_law) if each),
    )
