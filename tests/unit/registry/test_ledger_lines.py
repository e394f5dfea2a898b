"""A line of the ledger speaks of these entries, and a hidden one of none."""

from __future__ import annotations

from typing import Any

import pytest

from services.registry.model.ledger_lines import Mention, hidden, mentions

ONE = {"id": "sub_1", "legal_name": "One Ltd", "country": "IE", "products": ["crm"]}
TWO = {"id": "sub_2", "legal_name": "Two Ltd", "country": "IE"}
NAMED = {"id": "sub_1", "legal_name": "One Ltd"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"processor": {"id": "org_1"}, "on": "2027-01-01"}, []),
        ({}, []),
        (
            {"change_id": "chg_1", "sub_processor": ONE, "previous": None},
            [Mention("sub_1", "chg_1", (("crm",),))],
        ),
        (
            {"changes": [{"change_id": "chg_1", "sub_processor": ONE, "previous": TWO}]},
            [Mention("sub_1", "chg_1", (("crm",), ()))],
        ),
        ({"change_id": "chg_1", "sub_processor": NAMED}, [Mention("sub_1", "chg_1")]),
        ({"change_id": "chg_1"}, [Mention("", "chg_1")]),
        (
            {"record_id": "rec_1", "sub_processor": {"id": "sub_1", "products": ["crm"]}},
            [Mention("sub_1", None, (("crm",),))],
        ),
        ({"record_id": "rec_1", "sub_processor": TWO}, [Mention("sub_2", None, ((),))]),
        (
            {"sub_processors": [ONE, TWO]},
            [Mention("sub_1", None, (("crm",),)), Mention("sub_2", None, ((),))],
        ),
        ({"transfers": [{"sub_processor": NAMED}]}, [Mention("sub_1")]),
        ({"kind": "deleted", "sub_processor": NAMED}, [Mention("sub_1")]),
    ],
)
def test_each_entry_that_a_line_speaks_of_is_found(
    data: dict[str, Any], expected: list[Mention]
) -> None:
    assert list(mentions(data)) == expected


def test_a_hidden_line_keeps_its_place_in_the_chain_alone() -> None:
    frame = {"stream": "s", "sequence": 2, "at": "2027-01-01T00:00:00.000Z",
             "private_hash": "p", "previous_hash": "b", "hash": "h"}  # fmt: skip
    line = {**frame, "type": "sub_processor.recorded", "actor": "cli_1", "data": {"a": 1}}

    assert hidden(line) == {
        **frame, "type": "confidential", "actor": "confidential", "data": None, "withheld": True,
    }  # fmt: skip
