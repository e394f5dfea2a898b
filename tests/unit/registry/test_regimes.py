"""A vendor under several laws: a verdict by each of them, and the strictest on top."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.transfers import Verdict, assess_location, load_instruments
from services.registry.transfers.assess import _STRICTNESS
from services.registry.transfers.laws import regimes, seat_regime
from tests import builders

TODAY = date(2026, 11, 22)
DPF = {"instrument_id": "eu-us-dpf", "role": "primary", "evidence": builders.evidence_of_dpf()}
BRIDGE_EVIDENCE = {**builders.evidence_of_dpf(), "uk_extension": True}
BRIDGE = {"instrument_id": "uk-us-data-bridge", "role": "primary", "evidence": BRIDGE_EVIDENCE}


def judged(country: str, *mechanisms: Any, exporter: str, under: tuple[str, ...]) -> Verdict:
    place = {"country": country, "kind": "storage", "mechanisms": list(mechanisms)}
    return assess_location(place, TODAY, exporter=exporter, regimes=under)


@pytest.mark.parametrize(
    ("mechanisms", "uk", "eu", "top"),
    [
        ([BRIDGE], "valid", "invalid", "invalid"),
        ([DPF], "invalid", "valid", "invalid"),
        ([BRIDGE, DPF], "valid", "valid", "valid"),
        ([], "missing", "missing", "missing"),
    ],
)
def test_a_london_vendor_that_serves_people_in_lyon_is_under_two_laws(
    mechanisms: list[Any], uk: str, eu: str, top: str
) -> None:
    """GDPR Art. 3(2) beside UK GDPR Art. 3(1), for hosting in the United States."""
    verdict = judged("US", *mechanisms, exporter="GB", under=("UK", "EU"))
    assert {each.regime: each.status for each in verdict.by_regime} == {"UK": uk, "EU": eu}
    assert verdict.status == verdict.by_regime[0].status == top


def test_its_own_country_is_a_third_country_under_the_other_law() -> None:
    verdict = judged("GB", exporter="GB", under=("UK", "EU"))
    assert [each.status for each in verdict.by_regime] == ["missing", "no_transfer"]
    assert (verdict.status, verdict.regime) == ("missing", "EU")


def test_a_danish_vendor_with_swiss_customers_needs_a_basis_for_denmark_under_swiss_law() -> None:
    """FADP Art. 3 and 16(1): Denmark is on the list of Annex 1 of the DPO."""
    listed = {"instrument_id": "ch-dpo-annex-1", "role": "primary", "evidence": {}}
    bare = judged("DK", exporter="DK", under=("EU", "CH"))
    assert [each.status for each in bare.by_regime] == ["missing", "no_transfer"]
    assert judged("DK", listed, exporter="DK", under=("EU", "CH")).status == "valid"


def test_a_law_that_is_not_held_for_the_day_is_named_where_the_register_names_it() -> None:
    """Swiss law before 2023-09-01 is not held; the reader still learns which law is meant."""
    place = {"country": "US", "kind": "storage", "mechanisms": []}
    verdict = assess_location(place, date(2022, 5, 5), exporter="DK", regimes=("EU", "CH"))
    assert [(each.regime, each.status) for each in verdict.by_regime] == [
        ("EU", "missing"),
        ("CH", "unproven"),
    ]


def test_what_is_open_or_contested_under_any_law_stands_beside_the_verdict_on_top() -> None:
    """Dir. 95/46 is no matter here: the DPF is contested, and the UK has no basis at all."""
    verdict = judged("US", DPF, exporter="DK", under=("EU", "UK"))
    assert (verdict.status, verdict.regime) == ("invalid", "UK")
    assert verdict.contested is not None
    assert verdict.contested["instrument_id"] == "eu-us-dpf"
    place = judged("NO", exporter="DK", under=("UK", "EU"))
    assert place.open == ()


def test_one_law_gives_one_verdict() -> None:
    verdict = judged("US", DPF, exporter="DK", under=())
    assert verdict.by_regime == ()
    assert verdict.to_mapping()["by_regime"] == []


def test_the_law_of_the_seat_is_known() -> None:
    seats = ("DK", "NO", "GB", "CH", "US")
    assert [seat_regime(each) for each in seats] == ["EU", "EU", "UK", "CH", "EU"]


MECHANISMS = st.lists(
    st.sampled_from(sorted(load_instruments())).map(
        lambda key: {"instrument_id": key, "role": "primary", "evidence": BRIDGE_EVIDENCE}
    ),
    max_size=3,
)


@given(MECHANISMS, st.sampled_from(["US", "DK", "GB", "CH", "JP"]),
       st.lists(st.sampled_from(regimes()), min_size=2, max_size=3, unique=True))  # fmt: skip
def test_no_law_is_stricter_than_the_verdict_on_top(
    mechanisms: list[Any], country: str, under: list[str]
) -> None:
    verdict = judged(country, *mechanisms, exporter="DK", under=tuple(under))
    worst = max(_STRICTNESS.index(each.status) for each in verdict.by_regime)
    assert _STRICTNESS.index(verdict.status) == worst
    assert len(verdict.by_regime) == len(under)
