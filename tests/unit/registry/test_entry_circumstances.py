"""What an entry says of its processing: unstated in earlier versions, material if new."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.registry.linter.materiality import materiality
from services.registry.model.comparing import differences
from services.registry.transfers import Circumstances, known_evidence, load_instruments
from services.registry.transfers.circumstances import UNSTATED
from tests import builders
from tests.unit.registry.test_transfers_bases import DPF, row


def without_statement() -> dict[str, Any]:
    return {name: value for name, value in builders.sub_processor().items() if name not in UNSTATED}


def test_an_entry_of_an_earlier_version_is_read_as_unstated() -> None:
    old = known_evidence(without_statement(), load_instruments())
    assert {name: old[name] for name in UNSTATED} == UNSTATED
    assert Circumstances.of(without_statement()).hr_data == "not_stated"


def test_to_say_that_nothing_was_stated_is_no_difference() -> None:
    old = row("sub_1", DPF)
    new = replace(old, content={**old.content, **UNSTATED})
    old = replace(
        old, content={name: old.content[name] for name in old.content if name not in UNSTATED}
    )
    assert differences([old], [new]) == []


@pytest.mark.parametrize("before", ["no", "not_stated"])
def test_data_about_staff_is_a_new_kind_of_data(before: str) -> None:
    old, new = (builders.sub_processor(hr_data=value) for value in (before, "yes"))
    assert materiality(old, new) == ("new_data_category",)
    assert materiality(new, old) == ()


def test_a_territory_is_another_country_however_it_is_named() -> None:
    at = {"country": "FR", "kind": "storage", "mechanisms": []}
    france, part, own = (
        builders.sub_processor(locations=[{**at, **more}])
        for more in ({}, {"region": "FR-NC"}, {"country": "NC"})
    )
    assert materiality(france, part) == ("new_country",)
    assert materiality(part, own) == ()
