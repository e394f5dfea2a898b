"""The checklist before publishing names what is empty, and nothing that is filled."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.linter import address_line, checklist
from services.registry.linter.checklist import NO_ADDRESS, NO_PLACE
from tests.unit.registry.golden import rows

PATH = "/registry/v1/processors/acme"
NOTHING_ELSE: dict[str, Any] = {"id": "sub_1", "legal_name": "Host ApS", "locations": []}
TEXTS = ("registration_number", "country", "website", "retention")


def unfilled(entry: dict[str, Any]) -> list[str]:
    told = checklist([entry], PATH)
    return [name for each in told["unfilled"] for name in each["members"]]


def verdict(status: str, law: str, also: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    reason = {language: f"{law}: {status} ({language})" for language in ("en", "da", "sv")}
    return {"status": status, "reason_by_language": reason, "by_regime": list(also)}


def place(*statuses: str) -> dict[str, Any]:
    """A place in Frankfurt, judged by one law, or by several, the strictest first."""
    several = [verdict(each, law) for each, law in zip(statuses, ("first", "second"), strict=False)]
    also = tuple(several) if len(several) > 1 else ()
    where = {"country": "DE", "region": "eu-central-1", "organisation": None, "kind": "storage"}
    return {**where, "mechanisms": [], "verdict": verdict(statuses[0], "first", also)}


def filled(number: int, *places: dict[str, Any]) -> dict[str, Any]:
    """An entry that lacks nothing beside what its places do."""
    return {
        "id": f"sub_{number}",
        "legal_name": "Host GmbH",
        "registration_number": "HRB 1",
        "address": {"street": "Straße 1", "city": "Frankfurt", "country": "DE"},
        "country": "DE",
        "contact": {"name": "A. Person", "position": "DPO", "email": "dpo@host.example"},
        "purpose": {"en": "Hosting"},
        "responsibilities": {"en": "Hosting only"},
        "data_categories": ["names"],
        "data_subjects": ["users"],
        "special_categories": False,
        "ai_use": "none",
        "required": True,
        "affiliate": False,
        "flow_down": {"reference": "DPA-1", "signed_on": "2026-01-01"},
        "certifications": ["ISO/IEC 27001"],
        "reviewed_on": "2026-11-03",
        "retention": "30 days",
        "locations": list(places),
    }


PLACES = rows("golden_checklist.txt")


@pytest.mark.parametrize("case", PLACES, ids=[" ".join(case[:2]) for case in PLACES])
def test_what_a_place_needs_is_what_the_table_says(case: tuple[str, ...]) -> None:
    statuses, codes, sentence, remedy = case
    told = checklist([filled(1, place(*statuses.split(", ")))], PATH)
    if codes == "-":
        assert told == {"places": 1, "fine": 1, "needs": [], "unfilled": []}
        return
    frankfurt = {"country": "DE", "region": "eu-central-1", "organisation": None, "kind": "storage"}
    languages = ("en", "da", "sv")
    (method, path) = remedy.split(" ")
    need = {
        "sub_processor": {"id": "sub_1", "legal_name": "Host GmbH"},
        "place": frankfurt,
        "codes": codes.split(", "),
        "missing": {language: f"{sentence} ({language})" for language in languages},
        "action": {"method": method, "path": f"{PATH}{path}"},
    }
    assert told == {"places": 1, "fine": 0, "needs": [need], "unfilled": []}


def test_a_list_is_counted_by_its_places_and_each_gap_names_its_entry() -> None:
    host, silent = filled(1, place("valid"), place("missing"), place("no_transfer")), filled(2)
    unknown = {**filled(3, place("valid")), "ai_use": "not_stated", "country": ""}

    told = checklist([host, silent, unknown], PATH)

    change = {"method": "POST", "path": f"{PATH}/changes"}
    assert (told["places"], told["fine"]) == (5, 3)
    assert [need["sub_processor"]["id"] for need in told["needs"]] == ["sub_1", "sub_2"]
    assert told["needs"][1] == {
        "sub_processor": {"id": "sub_2", "legal_name": "Host GmbH"},
        "place": None,
        "codes": ["no_place"],
        "missing": NO_PLACE,
        "action": change,
    }
    assert told["unfilled"] == [
        {
            "sub_processor": {"id": "sub_3", "legal_name": "Host GmbH"},
            "members": ["/country", "/ai_use"],
            "action": change,
        }
    ]


def test_an_entry_that_is_a_name_only_lacks_every_member_a_notice_tells() -> None:
    assert unfilled(NOTHING_ELSE) == [
        "/registration_number", "/country", "/purpose", "/responsibilities", "/data_categories",
        "/data_subjects", "/flow_down", "/retention", "/certifications", "/reviewed_on",
        "/address", "/contact", "/ai_use", "/special_categories", "/required", "/affiliate",
    ]  # fmt: skip


def test_an_address_for_answers_is_asked_for_until_it_is_proved() -> None:
    assert address_line("org_1", proved=True) is None
    assert address_line("org_1", proved=False) == {
        "missing": NO_ADDRESS,
        "action": {"method": "PATCH", "path": "/identity/v1/organisations/org_1"},
    }


def value_at(entry: Any, pointer: str) -> Any:
    for name in pointer.removeprefix("/").split("/"):
        entry = (entry or {}).get(name)
    return entry


def test_a_name_that_is_filled_is_not_missing_though_nothing_identifies_the_company() -> None:
    named = unfilled(NOTHING_ELSE)

    assert "/legal_name" not in named
    assert {"/registration_number", "/country", "/address"} <= set(named)


def test_of_an_address_that_is_half_filled_the_empty_parts_are_named() -> None:
    named = unfilled({**NOTHING_ELSE, "address": {"street": "Vej 1", "city": " "}})

    assert [name for name in named if name.startswith("/address")] == [
        "/address/city",
        "/address/country",
    ]


@given(
    st.fixed_dictionaries(
        {"legal_name": st.sampled_from(["", "Host ApS"])},
        optional={
            **{name: st.sampled_from(["", "x"]) for name in TEXTS},
            "address": st.dictionaries(
                st.sampled_from(["street", "city", "country"]), st.sampled_from(["", "DK"])
            ),
            "contact": st.dictionaries(
                st.sampled_from(["name", "email", "position"]), st.sampled_from(["", "x"])
            ),
            "flow_down": st.dictionaries(
                st.sampled_from(["reference", "signed_on"]), st.sampled_from(["", "2026-01-01"])
            ),
            "special_categories": st.sampled_from([True, False, "not_stated"]),
            "required": st.sampled_from([True, False, "not_stated"]),
            "data_subjects": st.sampled_from([[], ["employees"]]),
            "hr_data": st.sampled_from(["yes", "not_stated"]),
        },
    )
)
def test_nothing_that_is_filled_is_named(stated: dict[str, Any]) -> None:
    entry = {**NOTHING_ELSE, **stated}

    for name in unfilled(entry):
        assert value_at(entry, name) in (None, "", [], {}, "not_stated") or not any(
            value_at(entry, name).values()
        ), name


def test_a_signature_after_today_is_no_empty_member() -> None:
    ahead = date(2999, 1, 1).isoformat()
    named = unfilled({**NOTHING_ELSE, "flow_down": {"reference": "x", "signed_on": ahead}})

    assert not [name for name in named if name.startswith("/flow_down")]
