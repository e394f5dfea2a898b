"""Queries that are readable but absurd get a clear refusal, never a fault of ours."""

from __future__ import annotations

import pytest

from shared.pagination import write_cursor
from tests.vendor import Vendor


@pytest.mark.parametrize(
    "query",
    [
        "/sub-processors?as_of=0001-01-01",
        "/sub-processors?as_of=9999-12-31",
        "/sub-processors?recorded_as_of=0001-01-01T00:00:00%2B23:59",
        "/sub-processors?recorded_as_of=9999-12-31T23:59:59-23:59",
        "/ledger?after=99999999999999999999",
        "/ledger?after=-1",
        "/transfers?horizon_days=99999999999999999999",
        "/changes?limit=0",
        "/changes?limit=201",
        "/changes?limit=many",
        "/diff?from=2026-01-01",
        "/sub-processors?as_off=2026-01-01",
    ],
)
def test_it_is_refused_with_the_member_named(baseline: Vendor, query: str) -> None:
    answer = baseline.ask("GET", query)

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"][0]["pointer"].strip("/")


@pytest.mark.parametrize(
    "cursor",
    [
        "AAAA",
        "IiI",
        "MTAwMDAwMDAwMDAwMDAwMDAwMDAwMDA",
        "%00",
        "[]",
        write_cursor("imports._id", "imp_1"),
        write_cursor("changes._id", 7),
    ],
)
def test_a_cursor_nobody_gave_out_is_refused(baseline: Vendor, cursor: str) -> None:
    assert baseline.ask("GET", f"/changes?cursor={cursor}").json["code"] == "cursor-invalid"


def test_a_horizon_is_a_number_in_the_query(baseline: Vendor) -> None:
    assert baseline.ask("GET", "/transfers?horizon_days=365").status_code == 200
