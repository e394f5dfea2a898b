"""Which transfers of an entry are found to rest on less than the register said."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.registry.model.bases import Assessor, Reliance, found_weaker, reliances
from services.registry.model.register import FOREVER, Row
from services.registry.transfers import Verdict, load_instruments

AT = datetime(2026, 1, 1, tzinfo=UTC)
DAY = date(2026, 11, 23)
DPF, SCC = "eu-us-dpf", "scc-2021-914"
JUDGE = Assessor("DK", DAY, load_instruments())


def place(country: str = "US", *mechanisms: str) -> dict[str, Any]:
    named = [{"instrument_id": each, "role": "primary", "evidence": {}} for each in mechanisms]
    return {"country": country, "region": None, "organisation": None, "kind": "storage",
            "mechanisms": named}  # fmt: skip


def row(*places: dict[str, Any], **content: Any) -> Row:
    said = {"legal_name": "Host Inc.", "locations": list(places), **content}
    return Row("row_1", "org_1", "sub_1", 1, said, DAY, FOREVER, AT, "chg_1")


def rests_on_another(before: Verdict, after: Verdict) -> bool:
    return before.instrument_id != after.instrument_id


def found(before: Row, after: Row) -> list[Reliance]:
    return found_weaker(before, after, JUDGE, rests_on_another)


def test_a_place_that_lost_its_basis_is_found_with_what_was_thought_to_carry_it() -> None:
    before = row(place("IN"), place("US", DPF), products=["crm"])

    [lost] = found(before, row(place("US"), products=["crm"]))

    assert (lost.sub_processor_id, lost.legal_name, lost.instrument_id) == (
        "sub_1", "Host Inc.", DPF)  # fmt: skip
    assert lost.place == {
        "country": "US", "region": None, "organisation": None, "kind": "storage"}  # fmt: skip
    assert (lost.before.instrument_id, lost.after.instrument_id) == (DPF, None)
    assert lost.products == ("crm",)


def test_an_entry_that_names_no_product_serves_all() -> None:
    [lost] = found(row(place("US", DPF)), row(place("US")))
    assert lost.products == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (row(place("US", DPF)), row(place("US", DPF))),
        (row(place("US", DPF)), row(place("IN"))),
        (row(place("US", DPF)), row()),
        (row(place("US")), row(place("US", DPF))),
        (row(place("US", DPF)), row(place("US"), stage="planned")),
    ],
    ids=["unchanged", "another place", "gone", "nothing carried it", "only planned"],
)
def test_nothing_is_found_where_no_basis_was_lost(before: Row, after: Row) -> None:
    assert found(before, after) == []


def test_each_place_is_looked_at() -> None:
    before = row(place("US", DPF), place("IN", SCC))
    assert [each.instrument_id for each in found(before, row(place("IN"), place("US")))] == [
        DPF,
        SCC,
    ]


def test_what_is_only_planned_relies_on_nothing() -> None:
    planned, used = row(place("US", DPF), stage="planned"), row(place("US", DPF))
    assert reliances(DPF, ([planned], JUDGE), ([planned], JUDGE)) == []
    assert len(reliances(DPF, ([used], JUDGE), ([used], JUDGE))) == 1
