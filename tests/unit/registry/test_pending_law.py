"""Pending law by golden_pending_law.txt: shown with its days, never applied, in three languages."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from services.registry.transfers import Location, Mechanism, assess, load_instruments
from services.registry.transfers.pending_law import (
    STATES,
    contested_on,
    known_on,
    matters,
)
from tests.unit.registry.golden import rows

CASES = rows("golden_pending_law.txt")
LISTED = {
    "participant": "A Inc.", "covered_data": ["non_hr"], "checked_on": "2026-11-01",
    "due_on": "2027-10-01",
}  # fmt: skip
# Words that no Danish or Swedish text of the law's data holds.
ENGLISH = re.compile(
    r"\b(the|is|was|of|and|or|to|with|third criterion|criterion|recital|draft|guidelines|"
    r"recommendations|agreement|protocol|annex|unconfirmed|reported|read|only|chapter|ch\.)\b",
    re.IGNORECASE,
)
# Names that stay as they are in every language.
PROPER = re.compile(
    r"Trump v\. Slaughter|Data \(Use and Access\) Act|Data Privacy Framework|UK Extension|No\. ?\d+"
)


def told(day: str) -> dict[str, Any]:
    known = known_on(date.fromisoformat(day), load_instruments().values())
    return {matter["id"]: matter for matter in known}


@pytest.mark.parametrize("case", CASES, ids=[" ".join(case[:2]) for case in CASES])
def test_what_is_told_of_a_matter_is_what_had_happened_by_that_day(case: tuple[str, ...]) -> None:
    matter = told(case[0]).get(case[1])
    facts = matter["facts"] if matter else []
    assert (matter["state"] if matter else "-", len(facts)) == (case[2], int(case[3]))
    if facts:
        assert f"{facts[-1]['on']} {facts[-1]['state']}" == case[4]
        assert case[5] in facts[-1]["text"]


def test_every_line_names_its_source_and_every_matter_has_a_line() -> None:
    assert all(len(case) == 7 and case[6] for case in CASES)
    assert {case[1] for case in CASES} == set(told("2026-11-29"))


def test_a_contested_basis_stays_valid_and_says_when_to_look_again() -> None:
    """GDPR Art. 45(9): a decision stays in force until it is amended, replaced or repealed."""
    verdict = assess(
        Location("US"), [Mechanism("eu-us-dpf", "primary", LISTED)], date(2026, 11, 29)
    )
    contested = verdict.to_mapping()["contested"]
    assert verdict.status == "valid"
    assert (contested["recheck_by"], len(contested["facts"])) == ("2027-01-31", 7)
    assert [fact["on"] for fact in contested["facts"]] == sorted(
        fact["on"] for fact in contested["facts"]
    )


def test_a_basis_that_nobody_contests_or_that_does_not_hold_says_nothing_of_it() -> None:
    on = date(2026, 11, 29)
    assert assess(Location("US"), [Mechanism("eu-us-dpf")], on).contested is None
    assert assess(Location("JP"), [], on).to_mapping()["contested"] is None


def test_a_decision_that_nobody_has_contested_yet_is_not_contested() -> None:
    """T-553/23 is of 3 September 2025."""
    assert contested_on(load_instruments()["eu-us-dpf"], date(2025, 9, 2)) is None
    assert contested_on(load_instruments()["adequacy-jp"], date(2026, 11, 29)) is None


def test_a_fact_is_told_with_its_source_in_each_language() -> None:
    told = contested_on(load_instruments()["eu-us-dpf"], date(2025, 9, 3))
    assert told is not None
    [fact] = told["facts"]
    assert set(fact) == FACT
    assert fact["source_by_language"] == {
        "en": "OJ C/2025/6610", "da": "EUT C/2025/6610", "sv": "EUT C/2025/6610",
    }  # fmt: skip
    assert fact["text_by_language"]["da"].startswith("Retten frifandt Kommissionen")
    assert (fact["text"], fact["source"]) == (fact["text_by_language"]["en"], "OJ C/2025/6610")


FACT = {"on", "text", "text_by_language", "state", "source", "source_by_language"}


def test_every_matter_is_told_with_the_same_members() -> None:
    for matter in told("2026-11-29").values():
        assert set(matter) == {"id", "state", "regimes", "instruments", "title",
                               "title_by_language", "facts", "recheck_by"}  # fmt: skip
        assert [set(fact) for fact in matter["facts"]] == [FACT] * len(matter["facts"])


def test_a_contested_instrument_is_told_under_its_own_name_in_each_language() -> None:
    shipped = load_instruments()
    clauses = replace(shipped["scc-2021-914"], contested=shipped["eu-us-dpf"].contested)
    [told, *_] = known_on(date(2026, 11, 29), [clauses])
    assert (told["regimes"], told["instruments"]) == (["EU"], ["scc-2021-914"])
    assert told["recheck_by"] == "2027-01-31"
    assert told["title_by_language"] == {
        "en": "Standard contractual clauses (EU) 2021/914",
        "da": "Standardkontraktbestemmelser (EU) 2021/914",
        "sv": "Standardavtalsklausuler (EU) 2021/914",
    }


def test_every_matter_has_a_known_state_and_instruments_that_are_held() -> None:
    for matter in matters():
        assert matter["state"] in STATES
        assert set(matter["instruments"]) <= set(load_instruments())
        assert [fact["state"] in ("confirmed", "unconfirmed") for fact in matter["facts"]]


def texts_of(value: Any, language: str) -> list[str]:
    """Every text in this language, at any depth."""
    if isinstance(value, list):
        return [text for item in value for text in texts_of(item, language)]
    if not isinstance(value, dict):
        return []
    own = [value[language]] if isinstance(value.get(language), str) else []
    return own + [text for inner in value.values() for text in texts_of(inner, language)]


@pytest.mark.parametrize("language", ["da", "sv"])
@pytest.mark.parametrize("name", ["open_law.json", "pending_law.json", "wording.json"])
def test_no_english_word_stands_in_the_danish_or_swedish_data_of_the_law(
    name: str, language: str
) -> None:
    content = json.loads(files("services.registry").joinpath("data", name).read_text("utf-8"))
    texts = texts_of(content, language)
    assert len(texts) > 20
    for text in texts:
        assert not ENGLISH.search(PROPER.sub("", text)), text
        assert text, name
