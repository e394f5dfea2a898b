"""Which evidence an instrument takes: what its data and the checks ask for, and nothing else."""

from __future__ import annotations

import pytest

from services.registry.transfers import (
    Instrument,
    Scope,
    evidence_members,
    known_evidence,
    load_instruments,
)
from services.registry.transfers.circumstances import ENTRY_FACTS
from tests import builders

SHIPPED = load_instruments()


def test_it_works() -> None:
    assert evidence_members(SHIPPED["eu-us-dpf"]) == (
        "participant", "covered_data", "checked_on", "due_on", "status", "covered_entities",
        "certified_on", "evidence_url", "seen_on",
    )  # fmt: skip
    assert evidence_members(SHIPPED["adequacy-ch"]) == ("evidence_url", "seen_on")


@pytest.mark.parametrize("instrument", SHIPPED.values(), ids=SHIPPED)
def test_each_takes_what_its_own_data_asks_for(instrument: Instrument) -> None:
    asked = {*instrument.requires, *instrument.scope.all, *instrument.scope.none}

    assert asked <= {*evidence_members(instrument), *ENTRY_FACTS}


def test_what_an_entry_says_of_itself_is_no_evidence_of_a_mechanism() -> None:
    taken = evidence_members(SHIPPED["derogation-a"])
    assert "explicit_consent_given" in taken
    assert not {*taken} & {*ENTRY_FACTS}


@pytest.mark.parametrize("instrument", SHIPPED.values(), ids=SHIPPED)
@pytest.mark.parametrize("name", ["tia_text", "reviewer_email", "notes", "*", ""])
def test_none_takes_what_nobody_reads(instrument: Instrument, name: str) -> None:
    assert name not in evidence_members(instrument)


def test_the_evidence_of_the_contract_is_taken_where_it_belongs() -> None:
    assert set(builders.evidence_of_dpf()) <= set(evidence_members(SHIPPED["eu-us-dpf"]))
    assert set(builders.evidence_of_scc()) <= set(evidence_members(SHIPPED["scc-2021-914"]))
    assert "module" not in evidence_members(SHIPPED["eu-us-dpf"])
    assert "participant" not in evidence_members(SHIPPED["scc-2021-914"])


def test_an_instrument_of_the_platform_takes_what_its_record_asks_for() -> None:
    scope = Scope("recipient", "Members", all=("is_member",), none=("is_suspended",))
    recorded = Instrument("x-1", "adequacy", "X", "Art. 45", SHIPPED["scc"].valid_from,
                          requires=("is_member", "register_number"), scope=scope)  # fmt: skip

    assert set(evidence_members(recorded)) == {
        "is_member", "register_number", "is_suspended", "evidence_url", "seen_on",
    }  # fmt: skip


def test_stored_evidence_that_no_instrument_asks_for_is_read_no_more() -> None:
    entry = builders.sub_processor()
    entry["locations"][0]["mechanisms"][0]["evidence"]["tia_text"] = "stored by an older version"

    assert known_evidence(entry, SHIPPED) == {
        **builders.sub_processor(), "stated_on": None, "stage": "active",
        "used_since": None, "evidence_url": None, "seen_on": None,
    }  # fmt: skip


def test_evidence_for_an_instrument_that_is_gone_is_read_no_more() -> None:
    read = known_evidence(builders.sub_processor(), {})

    assert [each["evidence"] for each in read["locations"][0]["mechanisms"]] == [{}, {}]
