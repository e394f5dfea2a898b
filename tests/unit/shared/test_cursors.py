"""A cursor goes on in the list that gave it out, and in no other."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from shared.pagination import CursorInvalid, read_cursor, write_cursor


def forged(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize("value", ["agr_1", "2026-12-01|agr_1", "", 0, 7])
def test_a_list_reads_its_own_cursor(value: Any) -> None:
    assert (
        read_cursor("agreements._id", write_cursor("agreements._id", value), type(value)) == value
    )


@pytest.mark.parametrize(
    "value",
    [
        "agr_1", 7, None, True, [], {}, ["agreements._id"], ["agreements._id", 7],
        ["agreements._id", None], ["agreements._id", True], ["agreements._id", {"$gt": ""}],
        ["agreements._id", "agr_1", 1], ["agreements.listed_ends", "2026-12-01|agr_1"],
        [7, "agr_1"],
    ],
)  # fmt: skip
def test_a_cursor_of_another_list_or_type_is_refused(value: Any) -> None:
    with pytest.raises(CursorInvalid):
        read_cursor("agreements._id", forged(value))


@pytest.mark.parametrize("value", [True, 7.0, "7"])
def test_a_list_ordered_by_numbers_takes_whole_numbers_alone(value: Any) -> None:
    with pytest.raises(CursorInvalid):
        read_cursor("versions.version", forged(["versions.version", value]), int)
