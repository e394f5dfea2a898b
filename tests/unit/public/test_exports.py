"""Only what the list of public members names gets out; spreadsheets meet no formulas."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from services.public import page_text, public_members
from services.public.formats import csv_export
from shared.disclosure import PLAIN, TEXT, shown


def test_only_public_members_of_an_entry_get_out() -> None:
    entry = {"id": "sub_1", "legal_name": "Post ApS", "contact": {"name": "Nina"}}
    assert public_members.public_entry(entry) == {"id": "sub_1", "legal_name": "Post ApS"}


def planted(shape: Any) -> Any:
    """A value of this shape with something foreign at every level where there is room."""
    if shape is PLAIN:
        return ["seen", {"secret": "SECRET"}]
    if shape is TEXT:
        return {"en": "seen", "not a language!": "SECRET", "da": {"secret": "SECRET"}}
    if isinstance(shape, list):
        return [planted(shape[0]), "SECRET"]
    return {
        **{name: planted(inner) for name, inner in shape.items()},
        "secret": "SECRET",
        "contact": {"email": "SECRET"},
        "tia_reference": "SECRET",
        "reference": "SECRET",
    }


@pytest.mark.parametrize(
    "shape", [public_members.SUB_PROCESSOR, public_members.PROCESSOR, public_members.CHANGE]
)
def test_nothing_unnamed_gets_out_at_any_depth(shape: Any) -> None:
    seen = json.dumps(shown(planted(shape), shape))
    assert "SECRET" not in seen
    assert "seen" in seen


@pytest.mark.parametrize("name", ["contact", "tia_reference", "reference", "email", "tia_on"])
def test_private_members_are_not_on_the_list(name: str) -> None:
    def names(shape: Any) -> set[str]:
        if isinstance(shape, list):
            return names(shape[0])
        if not isinstance(shape, dict):
            return set()
        return set(shape) | {one for inner in shape.values() for one in names(inner)}

    shapes = (public_members.SUB_PROCESSOR, public_members.PROCESSOR, public_members.CHANGE)
    assert name not in set().union(*map(names, shapes))


def test_drafts_are_not_public() -> None:
    drafts = [{"id": "chg_1", "status": status, "kind": "add"} for status in ("draft", "approved")]
    assert public_members.public_changes(drafts) == []


def test_what_was_withdrawn_before_anybody_was_told_is_not_public() -> None:
    change = {"id": "chg_1", "status": "withdrawn", "kind": "add", "effective_on": "2026-12-24"}
    told = {**change, "announced_at": "2026-11-22T13:00:00Z"}
    assert public_members.public_changes([change, {**change, "announced_at": None}]) == []
    assert len(public_members.public_changes([told])) == 1


def test_each_entry_is_in_the_tally_and_its_sums_add_up() -> None:
    def entry(*statuses: str) -> dict[str, Any]:
        return {"locations": [{"verdict": {"status": one}} for one in statuses]}

    entries = [entry(), entry("valid", "missing"), {}, {"locations": [{}]}, entry("valid")]
    tally = page_text.count_verdicts(entries)
    assert tally == [("missing", 1), ("no_place", 2), ("unknown", 1), ("valid", 2)]
    assert sum(n for _, n in tally) == sum(len(one.get("locations") or [1]) for one in entries)


def test_a_comparison_shows_only_public_members() -> None:
    fields: list[dict[str, Any]] = [
        {"field": "country", "before": "IE", "after": "US"},
        {"field": "contact", "before": {"name": "A"}, "after": {"name": "B"}},
        {"field": "flow_down", "before": {"reference": "A"}, "after": {"reference": "B"}},
        {"field": "locations/0/mechanisms/0/evidence/tia_reference", "before": "A", "after": "B"},
    ]
    assert public_members.public_fields(fields) == [
        {"field": "country", "before": "IE", "after": "US"}
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "＝"])
def test_no_cell_can_begin_a_formula(start: str) -> None:
    text = csv_export.as_csv([{"id": "sub_1", "legal_name": f'{start}HYPERLINK("x")'}])
    row = next(csv.DictReader(io.StringIO(text, newline="")))
    assert row["legal_name"].startswith("'")


def test_csv_has_a_row_for_each_place() -> None:
    entry = {"id": "sub_1", "legal_name": "A", "purpose": {"en": "mail", "da": "post"},
             "required": True, "locations": [
                 {"country": "IE", "verdict": {"status": "no_transfer"}},
                 {"country": "US", "mechanisms": [{"instrument_id": "scc"}],
                  "verdict": {"status": "unproven", "citations": ["a", "b"]}}]}  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(csv_export.as_csv([entry]))))
    assert [row["location_country"] for row in rows] == ["IE", "US"]
    assert rows[1]["verdict_citations"] == "a; b"
    assert rows[1]["mechanisms"] == "scc"
    assert (rows[0]["purpose_da"], rows[0]["required"]) == ("post", "true")
