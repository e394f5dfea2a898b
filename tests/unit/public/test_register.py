"""A list is in the order of its tree."""

from __future__ import annotations

from typing import Any

from services.public.register import in_tree_order


def ordered(*pairs: tuple[str, str | None]) -> list[str]:
    entries: list[Any] = [
        {"id": id_, "legal_name": id_, "parent_id": parent} for id_, parent in pairs
    ]
    return [entry["id"] for entry in in_tree_order(entries)]


def test_entries_are_in_the_order_of_their_names() -> None:
    assert ordered(("b", None), ("a", None)) == ["a", "b"]


def test_children_follow_their_parent() -> None:
    assert ordered(("a", "b"), ("b", None), ("c", None), ("d", "a")) == ["b", "a", "d", "c"]


def test_a_child_whose_parent_is_absent_is_still_shown() -> None:
    assert ordered(("a", "gone"), ("b", None)) == ["a", "b"]


def test_a_ring_or_an_own_parent_loses_nobody() -> None:
    assert sorted(ordered(("a", "b"), ("b", "a"), ("c", "c"))) == ["a", "b", "c"]
