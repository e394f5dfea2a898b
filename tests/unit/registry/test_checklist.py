"""The checklist before publishing names what is empty, and nothing that is filled."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.registry.linter import checklist

NOTHING_ELSE: dict[str, Any] = {"id": "sub_1", "legal_name": "Host ApS", "locations": []}
TEXTS = ("registration_number", "country", "website", "retention")


def unfilled(entry: dict[str, Any]) -> list[str]:
    told = checklist([entry], "DK", "/registry/v1/processors/acme")
    return [name for each in told["unfilled"] for name in each["members"]]


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
