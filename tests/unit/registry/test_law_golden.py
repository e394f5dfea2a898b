"""Every line of golden_law.txt: the law as it was corrected, with the source of each line."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.transfers import (
    Location,
    Mechanism,
    Verdict,
    assess,
    load_instruments,
    open_law,
)
from services.registry.transfers.countries import two_codes
from tests.unit.registry.golden import rows
from tests.unit.registry.test_transfers_golden import EVIDENCE, asked, location, mechanism

CASES = rows("golden_law.txt")
NAMES = [" ".join(case[:4]) for case in CASES]


def verdict_of(case: tuple[str, ...]) -> Verdict:
    on, exporter, text, mechanisms = case[:4]
    named = [] if mechanisms == "-" else [mechanism(item) for item in mechanisms.split(";")]
    place, about = asked(text)
    return assess(location(place), named, date.fromisoformat(on), exporter=exporter, about=about)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_verdict_of_the_law_holds(case: tuple[str, ...]) -> None:
    verdict = verdict_of(case)
    status, _, question = case[4].partition(" open ")
    assert (verdict.status, " ".join(verdict.open)) == (status, question), verdict.reason
    words = " ".join((verdict.reason, *verdict.remarks, *verdict.citations))
    for text in case[5].split(" & "):
        assert (text.removeprefix("not ") in words) != text.startswith("not "), words


def test_every_line_names_its_source() -> None:
    assert all(len(case) == 7 and case[6] for case in CASES)


def test_every_open_question_is_worded_in_three_languages_with_two_readings() -> None:
    for known in open_law.questions().values():
        worded = [known["question"], *known["readings"]]
        assert all(set(texts) == {"en", "da", "sv"} for texts in worded)
        assert len(known["readings"]) >= 2
        assert known["sources"]


def test_an_open_question_stands_beside_the_verdict_with_its_readings() -> None:
    found = assess(Location("SJ"), [], date(2026, 11, 22)).to_mapping()["open"]
    assert found["question"].startswith("Is the place on Svalbard")
    assert (len(found["readings"]), bool(found["sources"]), found["also"]) == (2, True, [])
    assert assess(Location("US"), [], date(2026, 11, 22)).to_mapping()["open"] is None


PAIRS = sorted(two_codes().items())
BASES = st.sampled_from(sorted(load_instruments()))


def test_pairs_of_codes_are_known() -> None:
    pairs = dict(PAIRS)
    assert {"US-MP", "US-PR", "FI-01", "CN-HK", "FR-974", "NL-AW"} <= set(pairs)


@pytest.mark.parametrize("region", [region for region, _ in PAIRS])
@settings(max_examples=15)
@given(instrument_id=BASES, evidence=st.sampled_from([*EVIDENCE.values(), {}]),
       on=st.dates(date(2000, 1, 1), date(2032, 1, 1)),
       exporter=st.sampled_from(["DK", "GB", "CH"]))  # fmt: skip
def test_two_codes_of_one_place_get_one_answer(
    region: str, instrument_id: str, evidence: dict[str, object], on: date, exporter: str
) -> None:
    own = Location(two_codes()[region])
    part = Location(region[:2], region)
    basis = Mechanism(instrument_id, "primary", evidence)
    for named in ([], [basis]):
        assert assess(own, named, on, exporter=exporter) == assess(
            part, named, on, exporter=exporter
        )
