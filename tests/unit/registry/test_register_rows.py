"""Rows of a register: what a change voids and adds, and that no two rows of an entry overlap."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from services.registry.model.law import Law
from services.registry.model.register import (
    FOREVER,
    EntryNotThere,
    Register,
    Row,
    RowChanges,
    RowsOverlap,
    Writer,
    addition,
    check_apart,
    combined,
    modification,
    removal,
)

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
FIRST, DAY = date(2026, 1, 1), date(2026, 12, 24)
ONE_DAY = timedelta(days=1)


def row(name: str, begins: date, ends: date = FOREVER, sub_id: str = "sub_1") -> Row:
    return Row(name, "org_1", sub_id, 1, {"legal_name": "Host"}, begins, ends, AT, "chg_0")


def writer() -> Writer:
    numbers = count(1)
    return Writer("chg_1", AT + ONE_DAY, lambda kind: f"{kind}_{next(numbers)}")


def spans(changes: RowChanges) -> list[tuple[str, date, date]]:
    return [
        (added.content["legal_name"], added.valid_from, added.valid_to) for added in changes.add
    ]


def test_an_addition_begins_on_its_day_and_has_no_end() -> None:
    changes = addition(writer(), "org_1", "sub_2", {"legal_name": "Mailer"}, DAY)
    assert changes.void == ()
    assert changes.add == (
        Row("row_1", "org_1", "sub_2", 1, {"legal_name": "Mailer"}, DAY, FOREVER, AT + ONE_DAY,
            "chg_1"),
    )  # fmt: skip


def test_a_modification_ends_the_old_text_the_day_before() -> None:
    old = row("row_0", FIRST)
    changes = modification(writer(), [old], {"legal_name": "New host"}, DAY)
    assert changes.void == (old,)
    assert spans(changes) == [("Host", FIRST, DAY - ONE_DAY), ("New host", DAY, FOREVER)]
    assert [added.version for added in changes.add] == [1, 2]
    assert {added.change_id for added in changes.add} == {"chg_1"}
    assert {added.recorded_at for added in changes.add} == {AT + ONE_DAY}


def test_a_modification_on_the_first_day_leaves_nothing_of_the_old_text() -> None:
    changes = modification(writer(), [row("row_0", DAY)], {"legal_name": "New host"}, DAY)
    assert spans(changes) == [("New host", DAY, FOREVER)]


def test_a_removal_ends_the_entry_the_day_before() -> None:
    old = row("row_0", FIRST)
    changes = removal(writer(), [old], DAY)
    assert (changes.void, spans(changes)) == ((old,), [("Host", FIRST, DAY - ONE_DAY)])
    assert spans(removal(writer(), [row("row_0", DAY)], DAY)) == []


def test_what_is_told_of_a_register_has_a_stream_of_its_own() -> None:
    register = Register("org_1", "host", "Host", "DK", "da", "Europe/Copenhagen", AT)
    assert register.stream == "processor:org_1"


def test_registers_that_are_judged_alike_have_one_key() -> None:
    assert Law("DK", {}).key == "DK"
    assert Law("DK", {}, ("EU", "UK")).key == "DK+EU+UK"


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row("row_0", DAY + ONE_DAY)],
        [row("row_0", FIRST, DAY)],
        [replace(row("row_0", FIRST), voided_at=AT)],
    ],
    ids=["no row", "begins later", "ends by itself", "voided"],
)
def test_an_entry_that_is_not_there_can_be_neither_modified_nor_removed(rows: list[Row]) -> None:
    with pytest.raises(EntryNotThere):
        modification(writer(), rows, {}, DAY)
    with pytest.raises(EntryNotThere):
        removal(writer(), rows, DAY)


@pytest.mark.parametrize(
    ("rows", "apart"),
    [
        ([row("a", FIRST, DAY - ONE_DAY), row("b", DAY)], True),
        ([row("a", FIRST, DAY), row("b", DAY)], False),
        ([row("a", FIRST), row("b", DAY, sub_id="sub_2")], True),
        ([row("b", DAY), row("a", FIRST, DAY)], False),
        ([row("a", DAY, DAY)], True),
        ([row("a", DAY, DAY - ONE_DAY)], False),
    ],
    ids=["one after the other", "a day in common", "two entries", "in any order", "one day",
         "ends before it begins"],
)  # fmt: skip
def test_no_two_rows_of_an_entry_overlap(rows: list[Row], apart: bool) -> None:
    if apart:
        check_apart(rows)
        return
    with pytest.raises(RowsOverlap):
        check_apart(rows)


def test_what_is_written_again_gets_an_id_and_an_instant_of_its_own() -> None:
    voided = replace(row("row_0", FIRST), voided_at=AT, voided_by="chg_0")
    assert writer().again(voided) == replace(
        row("row_1", FIRST), recorded_at=AT + ONE_DAY, change_id="chg_1"
    )


@pytest.mark.parametrize(
    ("day", "is_on"),
    [(FIRST - ONE_DAY, False), (FIRST, True), (DAY, True), (DAY + ONE_DAY, False)],
)
def test_an_entry_is_on_the_list_from_its_first_day_to_its_last(day: date, is_on: bool) -> None:
    assert row("row_0", FIRST, DAY).on(day) is is_on


def test_changes_written_together_void_and_add_what_each_does() -> None:
    one, two = row("a", FIRST), row("b", DAY)
    both = combined(RowChanges((one,), (two,)), RowChanges((two,), (one,)))
    assert both == RowChanges((one, two), (two, one))


def test_an_overlap_names_the_entry_and_the_day() -> None:
    with pytest.raises(RowsOverlap, match=r"^sub_1 on 2026-12-24\.$"):
        check_apart([row("a", FIRST, DAY), row("b", DAY)])
