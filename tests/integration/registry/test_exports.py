"""What an export holds comes back by an import without a difference."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.registry.importing import own
from services.registry.importing.files import rows_of
from services.registry.importing.merging import over, same
from services.registry.schemas.imports import content_of
from services.registry.transfers import evidence_members, load_instruments
from services.registry.transfers.evidence_form import Field, field_of
from services.registry.transfers.members import DONE_DAYS
from services.registry.transfers.stages import STAGES
from shared.safe_text import is_one_line, one_line
from shared.sheets import joined, split
from tests import builders
from tests.integration.registry.importing import adopt, drafts, taken
from tests.vendor import Vendor

texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], include_characters="\n\r\t;\\'\"=,"),
    min_size=1, max_size=20,
).filter(str.strip)  # fmt: skip
names = texts.map(one_line).filter(bool).filter(is_one_line)
some_texts = st.lists(texts, max_size=3)
spoken = st.dictionaries(st.sampled_from(["en", "da", "sv-FI", "de"]), texts, max_size=3)
facts = st.sampled_from([True, False, "not_stated"])
DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2999, 12, 31)).map(str)
# What was done was done before today.
DONE = st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 11, 1)).map(str)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": texts, "day": DAYS, "flag": st.booleans(), "texts": some_texts,
    "url": st.sampled_from(["https://a.example/x;y", "http://a.example/?q=1,2"]),
}  # fmt: skip


def value_of(field: Field) -> st.SearchStrategy[Any]:
    free = DONE if field.name in DONE_DAYS else VALUES.get(field.type, texts)
    one = st.sampled_from(field.values) if field.values else free
    return one | st.lists(one, min_size=1, max_size=2) if field.type == "choices" else one


def mechanism(instrument_id: str) -> st.SearchStrategy[dict[str, Any]]:
    """A mechanism with any value that each member of its evidence may have."""
    instrument = load_instruments()[instrument_id]
    members = evidence_members(instrument)
    evidence = {name: value_of(field_of(instrument, name)) for name in members}
    return st.fixed_dictionaries({
        "instrument_id": st.just(instrument_id),
        "role": st.sampled_from(["primary", "fallback"]),
        "evidence": st.fixed_dictionaries(
            {}, optional=evidence
        ),
    })  # fmt: skip


mechanisms = st.lists(
    st.one_of(*map(mechanism, ["eu-us-dpf", "scc-2021-914", "scc", "bcr-p"])), max_size=2
)
places = st.one_of(
    st.fixed_dictionaries({
        "country": st.sampled_from(["US", "DK", "GB"]), "mechanisms": mechanisms,
        "kind": st.sampled_from(["storage", "processing", "remote_access"]),
    }),
    st.just({"country": "ES", "region": "ES-CN", "kind": "storage"}),
    st.just({"organisation": "EPO", "kind": "storage"}),
)  # fmt: skip
entries = st.fixed_dictionaries(
    {"legal_name": names, "special_categories": facts, "required": facts, "affiliate": facts,
     "locations": st.lists(places, max_size=3)},
    optional={
        "registration_number": texts, "country": st.sampled_from(["US", "DK"]),
        "website": st.just("https://a.example/?b=1"), "purpose": spoken.filter(bool),
        "responsibilities": spoken.filter(bool), "categories": some_texts,
        "data_categories": some_texts, "data_subjects": some_texts, "products": some_texts,
        "certifications": some_texts, "retention": texts, "parent_id": texts,
        "ai_use": st.sampled_from(["none", "inference", "training", "both", "not_stated"]),
        "stage": st.sampled_from(STAGES), "used_since": DAYS, "seen_on": DONE,
        "evidence_url": VALUES["url"],
        "address": st.fixed_dictionaries({}, optional={"street": texts, "city": texts,
                                                       "postal_code": texts,
                                                       "country": st.just("DK")}),
        "contact": st.fixed_dictionaries({"name": names, "email": st.just("a@b.example")},
                                         optional={"position": names}),
        "flow_down": st.fixed_dictionaries({"reference": texts},
                                           optional={"signed_on": st.just("2026-01-01")}),
    },
)  # fmt: skip


def loaded(entry: dict[str, Any]) -> dict[str, Any]:
    return content_of(entry, load_instruments())


def exported(vendor: Vendor, kind: str) -> str:
    answer = vendor.ask("GET", f"/export.{kind}")
    assert answer.status_code == 200, answer.text
    return answer.text


def test_it_works(baseline: Vendor) -> None:
    baseline.announced()
    odd = [{"country": "SE", "kind": "storage"}, {"country": "DK", "kind": "remote_access"}]
    baseline.announced(
        sub_processor=builders.sub_processor(legal_name="=SUM(A1); \\ Ltd", locations=odd)
    )
    baseline.stack.pass_time(days=80)
    baseline.stack.go_live()

    as_csv = taken(baseline, exported(baseline, "csv"))
    as_json = taken(baseline, json.loads(exported(baseline, "json")))

    for told in (as_csv, as_json):
        assert (told["unchanged"], told["drafted"], told["questions"]) == (3, 0, [])
        assert (told["refused"], told["absent"], told["unread_columns"]) == ([], [], [])
    assert drafts(baseline) == []


@given(st.lists(entries, min_size=1, max_size=3))
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_any_register_survives_csv_and_json(contents: list[dict[str, Any]]) -> None:
    listed = [{"id": f"sub_{n}", "version": 1, **loaded(each)} for n, each in enumerate(contents)]
    files = {"csv": "".join(own.as_csv(listed)), "json": json.dumps({"items": listed})}

    for kind, text in files.items():
        rows = list(rows_of(io.BytesIO(text.encode()), kind))
        for entry in listed:
            cells = [row.cells for row in rows if row.cells["id"] == entry["id"]]
            assert all(map(own.is_own, cells))
            before = {name: entry[name] for name in entry if name not in ("id", "version")}
            after = loaded(over({}, own.from_rows(cells), exact=True))
            assert same(before, after), kind


@given(some_texts)
def test_any_texts_share_one_cell(told: list[str]) -> None:
    assert split(joined(told)) == told


def test_a_cell_is_no_formula_for_a_spreadsheet(baseline: Vendor) -> None:
    risky = builders.sub_processor(legal_name="=HYPERLINK(1)")
    baseline.announced(sub_processor=risky)
    baseline.stack.pass_time(days=80)
    baseline.stack.go_live()

    cells = [cell for row in csv.reader(io.StringIO(exported(baseline, "csv"))) for cell in row]

    assert "'=HYPERLINK(1)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_the_public_export_changes_nothing_that_it_leaves_out(baseline: Vendor) -> None:
    baseline.announced()
    baseline.stack.pass_time(days=80)
    baseline.stack.go_live()

    for kind in ("csv", "json"):
        text = baseline.stack.ask(None, "GET", f"/p/{baseline.slug}.{kind}").text
        told = taken(baseline, text if kind == "csv" else json.loads(text))
        assert (told["unchanged"], told["drafted"], told["refused"]) == (2, 0, [])


@pytest.mark.slow
def test_a_list_taken_in_and_adopted_is_unchanged_the_second_time(vendor: Vendor) -> None:
    text = "Name,Purpose,Location\n" + "".join(f"Host {n},Hosting,Denmark\n" for n in range(5))
    complete = {name: value for name, value in builders.sub_processor().items()
                if name not in ("legal_name", "locations", "purpose")}  # fmt: skip
    taken(vendor, text, language="en")
    for change in drafts(vendor):
        path = f"/changes/{change['id']}"
        etag = vendor.ask("GET", path).headers["ETag"]
        kept = {name: change["sub_processor"][name] for name in ("legal_name", "purpose")}
        where = [{"country": "DK", "kind": "processing"}]
        edit = {"sub_processor": {**complete, **kept, "locations": where}}
        assert vendor.ask("PATCH", path, edit, headers={"If-Match": etag}).status_code == 200
    adopt(vendor)

    told = taken(vendor, text, language="en", effective_on="2027-06-01")

    assert (told["unchanged"], told["drafted"]) == (5, 0)
