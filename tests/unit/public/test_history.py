"""What the changes of a register tell of one entry, of two days, and of versions."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.public import history

Json = dict[str, Any]


def company(id_: str, **members: Any) -> Json:
    return {"id": id_, "legal_name": id_.title(), **members}


def change(id_: str, kind: str, on: str, status: str = "in_effect", **members: Any) -> Json:
    return {"id": id_, "kind": kind, "status": status, "effective_on": on, "sub_processor": None,
            "previous": None, **members}  # fmt: skip


ADDED = change("1", "add", "2026-02-01", sub_processor=company("a"))
REPLACED = change("2", "replace", "2026-03-01", previous=company("a"), sub_processor=company("b"))
WITHDRAWN = change("3", "replace", "2026-04-01", "withdrawn", previous=company("b"),
                   sub_processor=company("c"))  # fmt: skip
COMING = change("4", "add", "2027-01-01", "announced", sub_processor=company("d"))
ALL = [COMING, WITHDRAWN, REPLACED, ADDED]


def test_an_entry_that_left_has_its_end_and_one_that_is_there_has_none() -> None:
    assert history.end_of(ALL, "a") == REPLACED
    assert history.end_of(ALL, "b") is None  # What was withdrawn ends nothing.
    assert history.begin_of(ALL, "d") == COMING
    assert history.begin_of(ALL, "c") is None


def test_successor_and_predecessor_lead_to_each_other() -> None:
    assert [one["id"] for one in history.replaced_by(ALL, "a")] == ["b"]
    assert [one["id"] for one in history.replaces(ALL, "b")] == ["a"]
    assert history.replaced_by(ALL, "b") == []


def test_the_history_of_an_entry_has_each_change_of_it() -> None:
    assert [one["id"] for one in history.of_entry(ALL, "b")] == ["3", "2"]


def test_a_chain_begins_with_the_company_nearest_to_the_vendor_and_ends_in_a_ring() -> None:
    by_id = {"x": company("x", parent_id="y"), "y": company("y", parent_id=None)}
    assert [one["id"] for one in history.chain(company("z", parent_id="x"), by_id)] == ["y", "x"]
    ring = {"x": company("x", parent_id="y"), "y": company("y", parent_id="x")}
    assert [one["id"] for one in history.chain(ring["x"], ring)] == ["y"]


def test_a_version_keeps_its_number_when_changes_follow() -> None:
    first = date(2026, 1, 1)
    before = history.versions(first, [ADDED])
    after = history.versions(first, ALL)
    assert before == [first, date(2026, 2, 1)]
    assert after[: len(before)] == before
    assert history.number_on(after, date(2026, 2, 28)) == 2
    assert history.number_on(after, date(2025, 1, 1)) == 0


def test_a_replacement_is_one_difference_with_its_day() -> None:
    items = [
        {"kind": "removed", "id": "a", "legal_name": "A", "fields": []},
        {"kind": "added", "id": "b", "legal_name": "B", "fields": []},
        {"kind": "modified", "id": "e", "legal_name": "E", "fields": []},
    ]
    told = list(history.told(ALL, date(2026, 2, 1), date(2026, 12, 31)))
    assert told == [REPLACED]
    first, second = history.with_days(items, told)
    assert (first["kind"], first["day"], first["change_id"]) == ("replaced", "2026-03-01", "2")
    assert first["previous"]["legal_name"] == "A"
    assert (second["kind"], second["day"], second["previous"]) == ("modified", None, None)
