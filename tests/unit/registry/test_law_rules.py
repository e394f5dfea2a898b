"""Two rules above all verdicts: no free text makes one valid, and each cites the law of its day."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.transfers import (
    Circumstances,
    Location,
    Mechanism,
    assess,
    evidence_members,
    load_instruments,
)
from services.registry.transfers.circumstances import RELATIONS
from services.registry.transfers.laws import first_days, law_of

SHIPPED = load_instruments()
DAYS = st.dates(date(1999, 1, 1), date(2031, 12, 31))
EXPORTERS = st.sampled_from(["DK", "NO", "GB", "GI", "CH", "US"])
PLACES = ["US", "GB", "CH", "CA", "JP", "KR", "IN", "BR", "IL", "UY", "FO", "NZ", "FR", "HU"]
EVIDENCE = {
    "participant": "A Inc.", "covered_data": ["hr", "non_hr"], "certified_on": "2000-01-01",
    "checked_on": "2000-02-01", "due_on": "2031-12-31", "uk_extension": True, "swiss_us": True,
    "module": [1, 2, 3, 4], "signed_on": "2001-01-01", "tia_reference": "T", "tia_on": "2001-01-01",
    "approval_reference": "B", "approved_on": "2001-01-01", "recipient_in_group": True,
    "justification": "J",
}  # fmt: skip


@pytest.mark.parametrize("instrument_id", sorted(SHIPPED))
@given(text=st.text(min_size=1, max_size=8), on=DAYS, place=st.sampled_from(PLACES),
       relation=st.sampled_from(RELATIONS))  # fmt: skip
@settings(max_examples=15)
def test_no_free_text_makes_a_verdict_valid(
    instrument_id: str, text: str, on: date, place: str, relation: str
) -> None:
    instrument = SHIPPED[instrument_id]
    if not instrument.at(place).requires and instrument.complete:
        return  # A decision for a whole country asks for no evidence at all.
    evidence = dict.fromkeys(evidence_members(instrument), text)
    exporter = {"EU": "DK", "UK": "GB", "CH": "CH"}[instrument.regime]
    verdict = assess(
        Location(place),
        [Mechanism(instrument_id, "primary", evidence)],
        on,
        exporter=exporter,
        about=Circumstances(relation=relation),
    )
    assert verdict.status != "valid"


def foreign_to(law_id: str) -> tuple[str, ...]:
    """Beginnings of citations that the law of the day cannot have."""
    later_uk = ("UK GDPR Art. 44A", "UK GDPR Art. 45A", "UK GDPR Art. 46(1A)")
    return {
        "95/46": ("GDPR", "UK GDPR", "FADP"),
        "GDPR": ("Directive 95/46", "UK GDPR", "FADP"),
        "UK-2021": ("GDPR", "Directive 95/46", "FADP", *later_uk),
        "UK-2026": ("GDPR", "Directive 95/46", "FADP"),
        "FADP": ("GDPR", "UK GDPR", "Directive 95/46"),
    }[law_id]


BASES = st.lists(st.sampled_from(sorted(SHIPPED)), max_size=2)


@given(EXPORTERS, st.sampled_from(PLACES), DAYS, BASES, st.sampled_from(RELATIONS))
@settings(max_examples=400)
def test_every_verdict_cites_the_law_of_its_day(
    exporter: str, place: str, on: date, named: list[str], relation: str
) -> None:
    law = law_of(exporter, on)
    own = [key for key in named if law and SHIPPED[key].regime == law.regime]
    bases = [Mechanism(key, "primary", EVIDENCE) for key in own]
    about = Circumstances(relation=relation)
    verdict = assess(Location(place), bases, on, exporter=exporter, about=about)
    assert verdict.regime == (law.regime if law else None)
    if law is None:
        assert (verdict.status, verdict.citations) == ("unproven", ())
        return
    assert not [cited for cited in verdict.citations if cited.startswith(foreign_to(law.id))]


@pytest.mark.parametrize("instrument_id", sorted(SHIPPED))
def test_every_record_is_cited_by_each_law_of_its_regime(instrument_id: str) -> None:
    instrument = SHIPPED[instrument_id]
    exporter = {"EU": "DK", "UK": "GB", "CH": "CH"}[instrument.regime]
    laws = [law for law in (law_of(exporter, day) for day in first_days()) if law]
    for law in laws:
        if law.regime == instrument.regime:
            cited = (*instrument.citations(law), instrument.ended_by or "")
            assert not [each for each in cited if each.startswith(foreign_to(law.id))], law.id


def test_the_two_days_on_which_a_state_left_are_the_same_in_both_tables() -> None:
    """The day as a place, and the day as an exporter (Withdrawal Agreement Art. 126, TCA 782)."""
    data: Any = files("services.registry") / "data"
    left = json.loads((data / "countries.json").read_text("utf-8"))["left"]
    for country, days in left.items():
        last = date.fromisoformat(days["exporter_until"])
        law = law_of(country, last)
        assert law is not None
        assert law.regime == "EU"
        after = law_of(country, date(2021, 1, 1))
        assert after is None or after.regime == "UK"
