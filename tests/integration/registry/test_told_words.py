"""What a change was announced with stays, whatever a later table of materiality says."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from tests import builders
from tests.vendor import Vendor

Json = dict[str, Any]
pytestmark = pytest.mark.usefixtures("told_at_once")
Words = Callable[[str], list[list[str]]]


@pytest.fixture
def words(baseline: Vendor) -> Words:
    """The words of a change, as each answer that shows it has them."""
    baseline.publish()

    def shown(change_id: str) -> list[list[str]]:
        public = baseline.stack.ask(None, "GET", f"/p/{baseline.slug}/changes.json").text
        assert change_id in public
        [listed] = [each for each in baseline.must("GET", "/changes")["items"]
                    if each["id"] == change_id]  # fmt: skip
        alone = baseline.must("GET", f"/changes/{change_id}")
        return [alone["materiality"], listed["materiality"]]

    return shown


@pytest.fixture
def other_table(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on nothing is material."""
    rules = import_module("services.registry.linter.materiality")
    return lambda: monkeypatch.setattr(rules, "table", lambda: ())


def announced(vendor: Vendor) -> tuple[Json, list[str]]:
    entry = builders.sub_processor(legal_name="Poster Inc.", registration_number="56-78")
    change = vendor.announced(sub_processor=entry)
    told: list[str] = change["materiality"]
    assert "new_entity" in told
    return change, told


def test_a_later_table_does_not_alter_what_was_announced(
    baseline: Vendor, words: Words, other_table: Callable[[], None]
) -> None:
    change, told = announced(baseline)
    draft = baseline.draft(sub_processor=builders.sub_processor(legal_name="Third Ltd"))
    other_table()
    assert words(change["id"]) == [told, told]
    assert words_of_draft(baseline, draft) == []
    baseline.must("POST", f"/changes/{change['id']}/withdraw", {"reason": "Not now"})
    assert words(change["id"]) == [told, told]


def words_of_draft(vendor: Vendor, draft: Json) -> list[str]:
    found: list[str] = vendor.must("GET", f"/changes/{draft['id']}")["materiality"]
    return found


@pytest.mark.parametrize("together", [False, True])
def test_a_change_of_before_has_the_words_of_its_ledger_entry(
    baseline: Vendor, words: Words, other_table: Callable[[], None], *, together: bool
) -> None:
    if together:
        first, second = (
            baseline.draft(sub_processor=builders.sub_processor(legal_name=name))
            for name in ("Poster Inc.", "Third Ltd")
        )
        body = {"change_ids": [first["id"], second["id"]]}
        baseline.must("POST", "/changes/announce", body)
        change, told = second, second["materiality"]
    else:
        change, told = announced(baseline)
    other_table()
    as_stored_before(baseline, change)
    assert words(change["id"]) == [told, told]
    assert baseline.must("GET", f"/changes/{change['id']}")["owes"] == "notice"


def as_stored_before(vendor: Vendor, change: Json) -> None:
    documents = vendor.stack.registry.stores.changes._docs
    unset = {"$unset": {"materiality": "", "owes": ""}}
    assert documents.update_one({"_id": change["id"]}, unset).modified_count == 1
