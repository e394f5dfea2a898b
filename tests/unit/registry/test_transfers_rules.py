"""Rules of the verdicts that no table shows well."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.transfers import (
    MECHANISM_NAMES,
    STATUSES,
    Circumstances,
    Instrument,
    Location,
    Mechanism,
    assess,
    assess_location,
    load_instruments,
    with_end,
)

TODAY = date(2026, 11, 22)
DPF = {
    "participant": "Example Mail, Inc.",
    "covered_data": ["non_hr"],
    "checked_on": "2026-11-01",
    "due_on": "2027-05-01",
}
SCC = {"module": 3, "signed_on": "2026-10-01", "tia_reference": "TIA-7", "tia_on": "2026-10-02"}
MAIL: dict[str, Any] = {
    "country": "US",
    "region": None,
    "kind": "storage",
    "mechanisms": [
        {"instrument_id": "eu-us-dpf", "role": "primary", "evidence": DPF},
        {"instrument_id": "scc-2021-914", "role": "fallback", "evidence": SCC},
    ],
}
days = st.dates(date(2000, 1, 1), date(2040, 12, 31))


def test_a_location_as_the_contract_writes_it_is_valid() -> None:
    verdict = assess_location(MAIL, TODAY)
    told = verdict.to_mapping()
    assert (told["status"], told["instrument_id"], told["ends_on"]) == ("valid", "eu-us-dpf", None)
    assert told["citations"] == ["GDPR Art. 45(3)", "(EU) 2023/1795"]
    assert told["reason"] == told["reason_by_language"]["en"]
    assert told["remarks"] == told["remarks_by_language"]["en"]
    assert told["reason_by_language"] == {
        "en": "The transfer to the United States rests on EU-US Data Privacy Framework (primary).",
        "da": "Overførslen til USA hviler på EU-US Data Privacy Framework (primært grundlag).",
        "sv": "Överföringen till USA vilar på EU-US Data Privacy Framework (primär grund).",
    }
    assert verdict.lawful


def test_a_simulated_end_leaves_the_fallback_to_carry_the_transfer() -> None:
    ended = with_end(load_instruments(), "eu-us-dpf", TODAY)
    verdict = assess_location(MAIL, TODAY, instruments=ended)
    assert (verdict.status, verdict.instrument_id) == ("valid", "scc-2021-914")
    alone = dict(MAIL, mechanisms=MAIL["mechanisms"][:1])
    assert assess_location(alone, TODAY, instruments=ended).status == "invalid"
    assert load_instruments()["eu-us-dpf"].ended_on is None


def test_employment_data_needs_its_own_election() -> None:
    us = Location("US")
    dpf = [Mechanism("eu-us-dpf", "primary", DPF)]
    assert assess(us, dpf, TODAY, about=Circumstances(hr_data="yes")).status == "invalid"
    both = [Mechanism("eu-us-dpf", "primary", DPF | {"covered_data": ["hr", "non_hr"]})]
    assert assess(us, both, TODAY, about=Circumstances(hr_data="yes")).status == "valid"


@pytest.mark.parametrize(
    ("relation", "module"),
    [
        ("controller_controller", 1),
        ("controller_processor", 2),
        ("processor_processor", 3),
        ("processor_controller", 4),
    ],
)
def test_each_relation_has_its_module(relation: str, module: int) -> None:
    for written in (1, 2, 3, 4):
        clauses = [Mechanism("scc-2021-914", "primary", SCC | {"module": written})]
        verdict = assess(Location("IN"), clauses, TODAY, about=Circumstances(relation=relation))
        assert verdict.status == ("valid" if written == module else "unproven")


@pytest.mark.parametrize("code", ["EL", "UK", "EU", "ZZ", "us", "", "USA"])
def test_a_code_that_iso_does_not_know_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="ISO 3166-1"):
        Location(code)


@pytest.mark.parametrize("region", ["eu-west-1", "DE-BY", "US-XX", "US"])
def test_a_region_of_another_country_is_refused(region: str) -> None:
    with pytest.raises(ValueError, match="ISO 3166-2"):
        Location("US", region)


def test_questions_without_an_answer_are_refused() -> None:
    with pytest.raises(ValueError, match="ISO 3166-1"):
        assess(Location("US"), [], TODAY, exporter="UK")
    with pytest.raises(ValueError, match="relation"):
        Circumstances(relation="friend_friend")
    with pytest.raises(ValueError, match="horizon"):
        assess(Location("US"), [], TODAY, horizon_days=-1)
    with pytest.raises(ValueError, match="primary or fallback"):
        Mechanism("scc", "secondary")
    with pytest.raises(ValueError, match="country"):
        Location(None)


def test_all_adequacy_decisions_are_held() -> None:
    held = [item for item in load_instruments().values() if item.kind == "adequacy"]
    decisions = [item for item in held if item.regime == "EU"]
    assert len([item for item in decisions if item.in_force(TODAY)]) == 17
    ended = {item.id for item in decisions if not item.in_force(TODAY)}
    assert ended == {"us-safe-harbour", "eu-us-privacy-shield", "adequacy-hu"}


def test_every_instrument_names_its_source_and_reads_back() -> None:
    for item in load_instruments().values():
        assert item.sources
        assert item.compiled_on
        assert item.checked_on is None or item.checked_at
        assert item.verified
        assert item.last_day is None or item.last_day > item.valid_from
        assert set(item.scope.all) <= set(item.requires)
        assert Instrument.parse(item.to_mapping()) == item


def test_the_names_of_published_lists_lead_to_records() -> None:
    assert MECHANISM_NAMES["privacy-shield"] == "eu-us-privacy-shield"
    assert MECHANISM_NAMES["dpf"] == "eu-us-dpf"
    assert set(MECHANISM_NAMES.values()) <= set(load_instruments())


def test_an_unknown_member_of_an_instrument_is_refused() -> None:
    record = load_instruments()["scc-2021-914"].to_mapping()
    with pytest.raises(ValueError, match="colour"):
        Instrument.parse(record | {"colour": "blue"})


mechanisms = st.lists(
    st.builds(
        Mechanism,
        st.sampled_from(sorted(load_instruments())),
        st.sampled_from(["primary", "fallback"]),
        st.sampled_from([{}, DPF, SCC, DPF | SCC]),
    ),
    max_size=4,
)


@given(st.sampled_from(["US", "IN", "GB", "CH", "DK", "GL"]), mechanisms, days)
def test_more_mechanisms_never_make_a_verdict_worse(
    country: str, named: list[Mechanism], on: date
) -> None:
    order = ["no_transfer", "valid", "unproven", "invalid", "missing"]
    fewer = assess(Location(country), named[:-1], on)
    more = assess(Location(country), named, on)
    assert order.index(more.status) <= order.index(fewer.status)
    assert more.status in STATUSES


@given(mechanisms, days, st.integers(0, 400))
def test_a_horizon_only_turns_valid_into_expiring(
    named: list[Mechanism], on: date, horizon: int
) -> None:
    now = assess(Location("US"), named, on)
    ahead = assess(Location("US"), named, on, horizon_days=horizon)
    assert ahead.ends_on == now.ends_on
    assert ahead.status in {now.status, "expiring"}
    if ahead.status == "expiring":
        assert now.ends_on is not None
        assert now.ends_on <= on + timedelta(days=horizon)


@given(mechanisms, days)
def test_a_valid_verdict_holds_until_the_day_it_names(named: list[Mechanism], on: date) -> None:
    now = assess(Location("US"), named, on)
    if now.status == "valid" and now.ends_on:
        assert assess(Location("US"), named, now.ends_on).status == "valid"


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.sampled_from(sorted(load_instruments())), st.data())
def test_evidence_of_any_shape_gets_a_verdict(instrument_id: str, data: Any) -> None:
    names = load_instruments()[instrument_id].requires
    evidence = {name: data.draw(junk) for name in names}
    verdict = assess(Location("US"), [Mechanism(instrument_id, "primary", evidence)], TODAY)
    assert verdict.status in STATUSES
