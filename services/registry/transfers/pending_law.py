"""Law that is pending or began lately, from data/pending_law.json and the contested instruments.

No verdict is made from it: a draft is shown beside the law, and never applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Any

from services.registry.data import read
from services.registry.transfers.instruments import Instrument
from services.registry.transfers.parts import Contested
from services.registry.transfers.wording import LANGUAGES, DataText, say

Texts = Mapping[str, str]

CONTESTED = "contested"
STATES = (CONTESTED, "draft", "approved", "in_force", "nothing_seen")


@cache
def matters() -> tuple[Mapping[str, Any], ...]:
    """The matters as recorded, without those of contested instruments."""
    return tuple(read("pending_law.json")["matters"])


def known_on(day: date, instruments: Iterable[Instrument]) -> list[dict[str, Any]]:
    """What had happened by ``day``: contested instruments first, then all other matters."""
    doubted = [_of_instrument(each, day) for each in instruments if each.contested]
    return [one for one in (*doubted, *(_matter(each, day) for each in matters())) if one["facts"]]


def contested_on(instrument: Instrument, day: date) -> dict[str, Any] | None:
    """``{instrument_id, facts, recheck_by}`` of a contested instrument; None if nothing is known.

    A fact is ``{on, text, text_by_language, state, source, source_by_language}``.
    """
    contested = instrument.contested
    facts = _facts(contested, day) if contested else []
    if not facts or contested is None:
        return None
    again = contested.recheck_by.isoformat()
    return {"instrument_id": instrument.id, "facts": facts, "recheck_by": again}


def _facts(contested: Contested, day: date) -> list[dict[str, Any]]:
    return [
        _fact(fact.on.isoformat(), _said(fact.text), fact.state, _said(fact.source))
        for fact in contested.facts
        if fact.on <= day
    ]


def _fact(on: str, text: Texts, state: str, source: Texts) -> dict[str, Any]:
    return {"on": on, **_worded("text", text), "state": state, **_worded("source", source)}


@lru_cache(maxsize=256)
def _said(text: str) -> Texts:
    # Every verdict that rests on a contested instrument says the same few texts.
    return {each: say(DataText(text), each) for each in LANGUAGES}


def _worded(name: str, texts: Texts) -> dict[str, Any]:
    return {name: texts["en"], f"{name}_by_language": dict(texts)}


def _of_instrument(instrument: Instrument, day: date) -> dict[str, Any]:
    contested = contested_on(instrument, day) or {"facts": [], "recheck_by": None}
    return {
        "id": instrument.id,
        "state": CONTESTED,
        "regimes": [instrument.regime],
        "instruments": [instrument.id],
        **_worded("title", {each: say(instrument.title, each) for each in LANGUAGES}),
        "facts": contested["facts"],
        "recheck_by": contested["recheck_by"],
    }


def _matter(matter: Mapping[str, Any], day: date) -> dict[str, Any]:
    facts = [fact for fact in matter["facts"] if fact["on"] <= day.isoformat()]
    return {
        **{name: matter[name] for name in ("id", "state", "regimes", "instruments", "recheck_by")},
        **_worded("title", matter["title"]),
        "facts": [_fact(**fact) for fact in facts],
    }
