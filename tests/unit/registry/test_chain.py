"""The tree of the chain, beside a slow reading of the same rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.model.chain import (
    ChainCycle,
    ChildrenLeft,
    ParentUnknown,
    check_chain,
    parents_of,
    resolved,
    tiers,
)
from services.registry.model.register import FOREVER, Row, RowsOverlap, check_apart

FIRST = date(2026, 1, 1)
AT = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = [f"sub_{n}" for n in range(6)]


def row(sub_id: str, parent: str | None = None, begins: int = 0, ends: int | None = None) -> Row:
    last = FOREVER if ends is None else FIRST + timedelta(ends)
    content = {"legal_name": sub_id, "parent_id": parent}
    begin = FIRST + timedelta(begins)
    return Row(f"row_{sub_id}_{begins}", "org_1", sub_id, 1, content, begin, last, AT, "chg_1")


rows = st.builds(
    row, st.sampled_from(NAMES), st.none() | st.sampled_from(NAMES), st.integers(0, 4),
    st.none() | st.integers(4, 8),
)  # fmt: skip
lists = st.lists(rows, max_size=8, unique_by=lambda each: each.sub_processor_id)


def is_sound(all_rows: list[Row], first: date) -> bool:
    """Every day looked at by itself, every entry followed to its top."""
    for day in (first + timedelta(n) for n in range(12)):
        parents = {
            each.sub_processor_id: each.content["parent_id"] for each in all_rows if each.on(day)
        }
        for sub_id in parents:
            above: str | None = sub_id
            for _ in range(len(parents) + 1):
                if above is None:
                    break
                if above not in parents:
                    return False
                above = parents[above]
            if above is not None:
                return False
    return True


@given(lists, st.integers(0, 9))
def test_a_chain_is_sound_when_every_entry_has_a_way_up_on_every_day(
    all_rows: list[Row], since: int
) -> None:
    first = FIRST + timedelta(since)
    if is_sound(all_rows, first):
        check_chain(all_rows, first, ())
    else:
        with pytest.raises((ParentUnknown, ChildrenLeft, ChainCycle)):
            check_chain(all_rows, first, ())


def test_who_alters_a_child_hears_of_the_parent_and_who_alters_the_parent_of_its_children() -> None:
    orphan = [row("sub_1", "sub_2")]
    with pytest.raises(ParentUnknown, match="sub_2"):
        check_chain(orphan, FIRST, {"sub_1"})
    with pytest.raises(ChildrenLeft, match="sub_1"):
        check_chain(orphan, FIRST, {"sub_2"})


def test_a_chain_of_a_thousand_is_no_deeper_than_one_of_ten() -> None:
    parents = {f"sub_{n}": f"sub_{n - 1}" if n else None for n in range(1_000)}
    assert tiers(parents)["sub_999"] == 1_000
    check_chain([row(sub_id, parent) for sub_id, parent in parents.items()], FIRST, ())


def test_a_tier_is_counted_even_where_the_chain_is_broken() -> None:
    assert tiers({"a": "b", "b": "a", "c": "gone"}) == {"a": 2, "b": 2, "c": 2}


@pytest.mark.parametrize("told", ["sub_1", "#/sub_processors/", "#/sub_processors/3", "#/x/0", "0"])
def test_a_parent_by_a_place_the_list_does_not_have_is_refused(told: str) -> None:
    with pytest.raises(ParentUnknown):
        resolved([{"parent_id": told}], ["sub_a"])


def test_an_entry_says_one_thing_of_a_day() -> None:
    check_apart([row("a", begins=0, ends=4), row("a", begins=5), row("b", begins=2)])
    for wrong in (
        [row("a", begins=0, ends=4), row("a", begins=4)],
        [row("a", begins=0), row("a", begins=9)],
        [row("a", begins=5, ends=4)],
    ):
        with pytest.raises(RowsOverlap):
            check_apart(wrong)


@pytest.mark.parametrize(
    ("parent_id", "expected"),
    [(None, None), ("#/sub_processors/0", "sub_0"), ("#/sub_processors/1", "sub_1")],
)
def test_a_list_names_a_parent_by_its_position(parent_id: str | None, expected: str | None) -> None:
    [content] = resolved([{"parent_id": parent_id}], NAMES[:2])
    assert content["parent_id"] == expected


@pytest.mark.parametrize(
    "parent_id", ["#/sub_processors/2", "#/sub_processors/-1", "#/sub_processors/x", "sub_0", "0"]
)
def test_a_position_that_the_list_does_not_have_is_refused(parent_id: str) -> None:
    with pytest.raises(ParentUnknown):
        resolved([{"parent_id": parent_id}], NAMES[:2])


def test_rows_name_their_parents() -> None:
    assert parents_of([row("sub_0"), row("sub_1", "sub_0")]) == {"sub_0": None, "sub_1": "sub_0"}


def refused(all_rows: list[Row], *about: str) -> tuple[str, str, dict[str, Any]]:
    """The code, the words and the members of the refusal of a list."""
    with pytest.raises((ParentUnknown, ChildrenLeft, ChainCycle)) as refusal:
        check_chain(all_rows, FIRST, about)
    return refusal.value.code, refusal.value.detail, refusal.value.context


def test_whoever_names_an_unknown_parent_is_told_which_and_on_which_day() -> None:
    late = [row("sub_1", "sub_2"), row("sub_2", begins=1)]
    assert refused(late, "sub_1") == (
        "parent-unknown",
        "sub_2 is not in this register on 2026-01-01.",
        {"parent_id": "sub_2", "on": "2026-01-01"},
    )


def test_whoever_ends_a_parent_is_told_its_children_and_the_first_day_without_it() -> None:
    ending = [row("sub_1", "sub_0"), row("sub_2", "sub_0"), row("sub_0", ends=4)]
    assert refused(ending, "sub_0") == (
        "children-left",
        "On 2026-01-06 these would be left without their parent: sub_1, sub_2.",
        {
            "children": [
                {"id": "sub_1", "legal_name": "sub_1"},
                {"id": "sub_2", "legal_name": "sub_2"},
            ],
            "on": "2026-01-06",
        },
    )


@pytest.mark.parametrize(
    ("parents", "path"),
    [
        ({"a": "a"}, ["a"]),
        ({"a": "b", "b": "a"}, ["a", "b"]),
        ({"a": "b", "b": "c", "c": "b"}, ["a", "b", "c"]),
        ({"top": None, "a": "top", "b": "d", "c": "b", "d": "c"}, ["b", "d", "c"]),
    ],
)
def test_what_would_be_below_itself_is_told_with_its_way_round(
    parents: dict[str, str | None], path: list[str]
) -> None:
    assert refused([row(sub_id, parent) for sub_id, parent in parents.items()]) == (
        "chain-cycle",
        f"On 2026-01-01 {path[-1]} would be below itself.",
        {"chain": path},
    )


def test_two_entries_below_one_parent_are_no_cycle() -> None:
    check_chain([row("a"), row("b", "a"), row("c", "b"), row("d", "b"), row("e", "a")], FIRST, ())


def test_a_chain_of_the_past_is_let_rest() -> None:
    check_chain([row("sub_1", "sub_2", ends=3)], FIRST + timedelta(4), ())
    with pytest.raises(ChildrenLeft):
        check_chain([row("sub_1", "sub_2", ends=3)], FIRST + timedelta(3), ())


def test_who_names_no_place_of_the_list_is_told_how_one_is_written() -> None:
    with pytest.raises(ParentUnknown) as refusal:
        resolved([{"parent_id": "x" * 70}], NAMES)
    assert refusal.value.detail == (
        f"'{'x' * 60}' is no entry of this list; write #/sub_processors/0, or so."
    )
