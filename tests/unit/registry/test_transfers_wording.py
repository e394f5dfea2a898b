"""Verdicts in Danish and Swedish: every word of the data is there, and no English is left."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from importlib.resources import files
from string import Formatter
from typing import Any

import pytest

from services.registry.model.instruments import with_staleness
from services.registry.transfers import Location, Mechanism, assess, load_instruments
from tests.unit.registry.test_transfers_golden import CASES, verdict_of

TODAY = date(2026, 11, 22)
# Words that no Danish or Swedish sentence and no name of an instrument holds.
ENGLISH = re.compile(r"\b(the|is|was|of|and|on|no record|transfer|recipient|ended|never)\b")


def data(name: str) -> dict[str, Any]:
    text = files("services.registry").joinpath("data", name).read_text("utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


WORDING = data("wording.json")


@pytest.mark.parametrize("section", ["phrases", "facts"])
def test_every_phrase_stands_in_three_languages_with_the_same_values(section: str) -> None:
    for code, worded in WORDING[section].items():
        assert set(worded) == {"en", "da", "sv"}, code
        holes = [
            {hole for _, hole, _, _ in Formatter().parse(text) if hole} for text in worded.values()
        ]
        assert holes[0] == holes[1] == holes[2], code


def test_every_text_of_the_data_is_translated() -> None:
    countries = data("countries.json")
    sections = ("territories", "left", "notes")
    texts = {each["text"] for name in sections for each in countries[name].values()}
    for instrument in load_instruments().values():
        texts |= set(instrument.remarks)
        texts |= (
            {text for fact in instrument.contested.facts for text in (fact.text, fact.source)}
            if instrument.contested
            else set()
        )
    assert texts == set(WORDING["texts"])
    assert all(set(worded) == {"da", "sv"} for worded in WORDING["texts"].values())


def test_every_piece_of_evidence_has_a_name() -> None:
    for instrument in load_instruments().values():
        asked = {*instrument.requires, *instrument.scope.all, *instrument.scope.none}
        assert asked <= set(WORDING["facts"]), instrument.id


@pytest.mark.parametrize("case", CASES, ids=[" ".join(case[:4]) for case in CASES])
def test_no_english_is_left_in_a_danish_or_swedish_verdict(case: tuple[str, ...]) -> None:
    verdict = verdict_of(case)
    for language in ("da", "sv"):
        for text in (verdict.reason_in(language), *verdict.remarks_in(language)):
            bare = re.sub(r"Trump v\. Slaughter|Isle of Man", "", text)
            assert not ENGLISH.search(bare), text
            assert "{" not in text
            assert text.endswith(".")


def test_days_are_written_as_the_reader_writes_them() -> None:
    verdict = assess(Location("US"), [Mechanism("eu-us-privacy-shield")], TODAY)
    assert verdict.reason == "EU-US Privacy Shield ended on 2020-07-16 (C-311/18)."
    assert verdict.reason_in("da") == "EU-US Privacy Shield ophørte den 16. juli 2020 (C-311/18)."
    assert verdict.reason_in("sv") == "EU-US Privacy Shield upphörde den 16 juli 2020 (C-311/18)."


PROPER = re.compile(r"Privacy Shield|Safe Harbour|Data Privacy Framework|UK International Data")


def test_every_instrument_has_a_name_in_each_language_or_a_proper_name() -> None:
    for each in load_instruments().values():
        named = set(each.name_by_language) == {"da", "sv"}
        assert named or PROPER.search(each.name), each.id


def test_territories_are_named_as_readers_know_them() -> None:
    said = [assess(Location("PT", "PT-20"), [], TODAY).reason_in(each) for each in ("da", "sv")]
    assert [each.split()[0] for each in said] == ["Azorerne", "Azorerna"]
    canaries = assess(Location("ES", "ES-CN"), [], TODAY)
    assert canaries.remarks_in("sv")[0].startswith("Kanarieöarna: ")


def test_an_instrument_without_a_name_of_its_own_keeps_the_english_one() -> None:
    bare = {"scc-2021-914": replace(load_instruments()["scc-2021-914"], name_by_language={})}
    verdict = assess(Location("IN"), [Mechanism("scc-2021-914")], TODAY, instruments=bare)
    assert "Standard contractual clauses" in verdict.reason_in("da")


CLAUSES = [Mechanism("scc-2021-914", "primary", {
    "signed_on": "2025-01-01", "module": 3, "tia_reference": "T", "tia_on": "2025-01-01",
})]  # fmt: skip


def test_a_record_nobody_checked_for_long_is_remarked_on_in_every_language() -> None:
    for day, stale in ((date(2027, 5, 21), False), (date(2027, 5, 22), True)):
        checked = replace(load_instruments()["scc-2021-914"], checked_on=date(2026, 11, 22))
        known = with_staleness({"scc-2021-914": checked}, day, 180)
        verdict = assess(Location("IN"), CLAUSES, day, instruments=known)
        assert any("was last checked on 2026-11-22" in text for text in verdict.remarks) == stale
        assert any("sidst kontrolleret" in text for text in verdict.remarks_in("da")) == stale
        assert verdict.status == "valid"


def test_a_record_nobody_ever_checked_says_when_it_was_compiled() -> None:
    known = with_staleness(load_instruments(), TODAY, 180)
    verdict = assess(Location("IN"), CLAUSES, TODAY, instruments=known)
    assert any("compiled on 2026-11-22, and nobody" in text for text in verdict.remarks)
