"""What one law knows of a place stays with that law, and is not lost beside another."""

from __future__ import annotations

from datetime import date

import pytest

from services.registry.transfers import Verdict, assess_location
from services.registry.transfers.circumstances import Circumstances
from services.registry.transfers.countries import in_eea, turning_days
from tests import builders

TODAY = date(2026, 11, 22)
SVALBARD = {"country": "SJ", "kind": "storage", "mechanisms": []}
DPF = {"instrument_id": "eu-us-dpf", "role": "primary", "evidence": builders.evidence_of_dpf()}


def test_what_is_open_under_the_other_law_is_asked_beside_the_verdict_on_top() -> None:
    """EEA Agreement Art. 126 and Protocol 40: Svalbard may be left out; UK law is silent."""
    verdict = assess_location(SVALBARD, TODAY, exporter="DK", regimes=("UK", "EU"))
    assert [each.regime for each in verdict.by_regime] == ["UK", "EU"]
    assert [each.open for each in verdict.by_regime] == [(), ("svalbard-or-jan-mayen",)]
    assert verdict.open == ("svalbard-or-jan-mayen",)


def test_what_union_law_says_of_a_territory_is_no_remark_under_another_law() -> None:
    verdict = assess_location(SVALBARD, TODAY, exporter="DK", regimes=("UK", "EU"))
    under_uk, under_eu = (each.to_mapping()["remarks"] for each in verdict.by_regime)
    assert (len(under_eu), under_uk) == (1, [])


# The certification is due on 2027-06-01, 191 days after 22 November 2026.
@pytest.mark.parametrize(("horizon", "status"), [(0, "valid"), (190, "valid"), (191, "expiring")])
def test_a_basis_that_ends_within_the_horizon_is_expiring(horizon: int, status: str) -> None:
    place = {"country": "US", "kind": "storage", "mechanisms": [DPF]}
    assert assess_location(place, TODAY, horizon_days=horizon).status == status


def test_a_horizon_before_the_day_is_refused() -> None:
    place = {"country": "US", "kind": "storage", "mechanisms": [DPF]}
    with pytest.raises(ValueError, match=r"^The horizon is a number of days, 0 or more\.$"):
        assess_location(place, TODAY, horizon_days=-1)


def test_an_international_organisation_is_abroad_wherever_it_sits() -> None:
    """GDPR Art. 4(26) and 44: such an organisation needs a basis even with its seat in Denmark."""
    place = {"country": "DK", "organisation": "UNICEF", "kind": "storage", "mechanisms": []}
    assert assess_location(place, TODAY).status == "missing"
    assert assess_location({**place, "organisation": None}, TODAY).status == "no_transfer"


def test_a_part_of_the_exporters_own_country_is_at_home() -> None:
    """UK GDPR Art. 44A is about a third country; Scotland is a part of the United Kingdom."""
    place = {"country": "GB", "region": "GB-SCT", "kind": "storage", "mechanisms": []}
    verdict = assess_location(place, TODAY, exporter="GB", regimes=("UK",))
    assert verdict.status == "no_transfer"


def test_a_verdict_says_when_its_evidence_was_looked_at_and_is_due() -> None:
    place = {"country": "US", "kind": "storage", "mechanisms": [DPF]}
    verdict = assess_location(place, TODAY).to_mapping()
    assert (verdict["checked_on"], verdict["due_on"]) == ("2026-11-02", "2027-06-01")


def test_an_entry_is_read_with_all_that_a_basis_turns_on() -> None:
    entry = {
        "relation": "controller_processor", "hr_data": "yes", "data_subjects": ["staff"],
        "data_combined": True, "exporter_is_public_authority": False, "affiliate": True,
        "country": "US", "legal_name": "Mailer Inc.",
    }  # fmt: skip
    assert Circumstances.of(entry) == Circumstances(
        "controller_processor", "yes", ("staff",), True, False, True, "US", "Mailer Inc."
    )
    assert Circumstances.of({}) == Circumstances()


def test_a_role_that_no_module_knows_is_refused_with_those_that_exist() -> None:
    """(EU) 2021/914 has four modules."""
    modules = (
        "controller_controller, controller_processor, processor_processor, processor_controller"
    )
    with pytest.raises(ValueError, match=f"'joint'.*write one of {modules}"):
        Circumstances(relation="joint")


# An assessment to be looked at again on a day is overdue from the day after.
@pytest.mark.parametrize(("review_on", "remarks"), [("2026-11-21", 1), ("2026-11-22", 0)])
def test_a_review_is_overdue_from_the_day_after(review_on: str, remarks: int) -> None:
    scc = {"instrument_id": "scc-2021-914", "role": "primary",
           "evidence": builders.evidence_of_scc(tia_review_on=review_on)}  # fmt: skip
    found = assess_location({"country": "IN", "kind": "storage", "mechanisms": [scc]}, TODAY)
    assert len([each for each in said(found) if review_on in each]) == remarks


def said(verdict: Verdict) -> list[str]:
    remarks: list[str] = verdict.to_mapping()["remarks"]
    return remarks


# Decision 2012/419/EU: Mayotte is in the Union from 1 January 2014; Decision 2010/718/EU:
# Saint-Barthélemy is not from 1 January 2012.
@pytest.mark.parametrize(
    ("place", "day", "is_inside"),
    [
        ("YT", date(2013, 12, 31), False),
        ("YT", date(2014, 1, 1), True),
        ("BL", date(2011, 12, 31), True),
        ("BL", date(2012, 1, 1), False),
    ],
)
def test_a_territory_is_inside_from_its_first_day_to_its_last(
    place: str, day: date, is_inside: bool
) -> None:
    assert in_eea(place, day) is is_inside
    assert {date(2014, 1, 1), date(2011, 12, 31)} <= set(turning_days())
