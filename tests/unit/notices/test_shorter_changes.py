"""Each step by which the changes of a message get shorter: what stays of a change at each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.notices.model.told_changes import (
    LONGEST_OF_SEVERAL,
    LONGEST_REASON,
    changes_told,
    shorter,
    texts_that_fit,
)

PLACES = [{"country": "IE", "reason": "At home", "reason_by_language": {"da": "Hjemme"}}]
NAMES = {"id": "sub_1", "legal_name": "Mail Ltd", "country": "IE"}
BEFORE = {"id": "sub_0", "legal_name": "Post Ltd", "country": "DE"}
REASON = "n" * (LONGEST_REASON + 1)
WHOLE = {
    "change_id": "chg_1", "sequence": 42, "kind": "replace", "materiality": ["new_entity"],
    "sub_processor": {**NAMES, "locations": PLACES}, "previous": {**BEFORE, "locations": PLACES},
    "reason": REASON, "what_it_means": {"en": "Nothing."},
}  # fmt: skip
IN_ENGLISH = {
    **WHOLE,
    "sub_processor": {**NAMES, "locations": [{"country": "IE", "reason": "At home"}]},
}
WITHOUT_PREVIOUS = {**IN_ENGLISH, "previous": None, "truncated": True}
SHORT = {
    "change_id": "chg_1", "kind": "replace", "materiality": ["new_entity"],
    "sub_processor": NAMES, "previous": BEFORE, "truncated": True,
}  # fmt: skip
SHORT_WITH_REASON = {**SHORT, "reason": "n" * LONGEST_OF_SEVERAL}
BAREST = {"change_id": "chg_1", "kind": "replace", "truncated": True}
LEVELS = [WHOLE, IN_ENGLISH, WITHOUT_PREVIOUS, SHORT_WITH_REASON, SHORT, BAREST]


def size(told: dict[str, Any]) -> int:
    return len(json.dumps(told).encode()) + 1


@pytest.mark.parametrize("level", range(len(LEVELS)))
def test_several_changes_lose_no_more_than_the_room_for_them_asks(level: int) -> None:
    room = 2 * size(LEVELS[level])
    told = [json.dumps(LEVELS[level])] * 2
    assert texts_that_fit([WHOLE, WHOLE], json.dumps, room) == told
    following = [json.dumps(LEVELS[min(level + 1, len(LEVELS) - 1)])] * 2
    assert texts_that_fit([WHOLE, WHOLE], json.dumps, room - 1) == following


def test_room_is_counted_in_bytes() -> None:
    change = {"change_id": "chg_1", "kind": "add", "reason": "æ" * 1_000}

    def encode(told: Any) -> str:
        return json.dumps(told, ensure_ascii=False)

    room = len(encode(change).encode()) + 1
    assert texts_that_fit([change], encode, room) == [encode(change)]
    assert texts_that_fit([change], encode, room - 1) != [encode(change)]


def test_no_change_is_left_out_where_there_is_no_room_at_all() -> None:
    assert texts_that_fit([WHOLE, WHOLE], json.dumps, 0) == [json.dumps(BAREST)] * 2


def test_a_change_without_reason_or_entries_is_short_without_them() -> None:
    change = {"change_id": "chg_1", "kind": "remove", "padding": "x" * 500}
    told = {"change_id": "chg_1", "kind": "remove", "sub_processor": None, "previous": None,
            "truncated": True, "reason": ""}  # fmt: skip
    assert texts_that_fit([change], json.dumps, size(told)) == [json.dumps(told)]


def test_an_only_change_loses_first_what_stands_twice_and_last_the_rest_of_its_reason() -> None:
    data = {**WHOLE, "changes": [WHOLE]}
    listed = {"changes": [SHORT]}
    named = {**WITHOUT_PREVIOUS, "sub_processor": NAMES, **listed}
    last = {name: it for name, it in named.items() if name != "what_it_means"}
    assert list(shorter(data)) == [
        {**WHOLE, **listed},
        {**IN_ENGLISH, **listed},
        {**WITHOUT_PREVIOUS, **listed},
        named,
        {**last, "reason": "n" * LONGEST_REASON},
    ]


def test_the_changes_of_a_notice_are_read_from_beside_the_list_or_from_it() -> None:
    assert changes_told({**SHORT, "changes": [BAREST]}) == [{**SHORT, "changes": [BAREST]}]
    assert changes_told({"changes": [SHORT, BAREST]}) == [SHORT, BAREST]
