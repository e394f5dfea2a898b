"""A customer's list as CSV: a line for each place, and one of an entry that has none."""

from __future__ import annotations

import csv
import io
from typing import Any

from services.portal.model.list_lines import OF_ENTRY, lines

Json = dict[str, Any]
PLACE = {
    "country": "US",
    "region": None,
    "kind": "storage",
    "mechanisms": [{"instrument_id": "eu-us-dpf"}, {"instrument_id": "scc"}],
    "verdict": {"status": "valid", "reason": "Certified.", "ends_on": None},
}


def entry(**more: Any) -> Json:
    plain = dict.fromkeys(OF_ENTRY, "x")
    return {**plain, "purpose": {"da": "Post"}, "next_change": None, "locations": [PLACE], **more}


def rows(*items: Json) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(lines(items)))))


def test_each_place_has_its_line_with_its_verdict() -> None:
    found = rows(entry(locations=[PLACE, {**PLACE, "country": "IN"}]))
    assert [row["location_country"] for row in found] == ["US", "IN"]
    assert found[0]["mechanisms"] == "eu-us-dpf; scc"
    assert (found[0]["verdict_status"], found[0]["verdict_ends_on"]) == ("valid", "")


def test_everything_of_a_place_stands_in_its_own_column() -> None:
    verdict = {"status": "expiring", "reason": "It ends.", "ends_on": "2027-01-01"}
    [row] = rows(entry(locations=[{**PLACE, "region": "CA", "verdict": verdict}]))
    place = [row[f"location_{name}"] for name in ("country", "region", "kind")]
    assert place == ["US", "CA", "storage"]
    told = [row[f"verdict_{name}"] for name in ("status", "reason", "ends_on")]
    assert told == ["expiring", "It ends.", "2027-01-01"]


def test_an_entry_without_a_place_has_one_line() -> None:
    [row] = rows(entry(locations=[]))
    assert (row["id"], row["location_country"], row["verdict_status"]) == ("x", "", "")


def test_a_purpose_stands_in_the_column_of_its_language() -> None:
    [row] = rows(entry())
    assert [row[f"purpose_{tag}"] for tag in ("en", "da", "sv")] == ["", "Post", ""]


def test_the_next_change_is_named() -> None:
    coming = {"change_id": "chg_1", "kind": "remove", "effective_on": "2027-01-01"}
    [row] = rows(entry(next_change=coming))
    told = [row[f"next_change_{name}"] for name in ("id", "kind", "on")]
    assert told == ["chg_1", "remove", "2027-01-01"]


def test_nothing_runs_in_a_spreadsheet() -> None:
    [row] = rows(entry(legal_name="=1+1"))
    assert row["legal_name"] == "'=1+1"
