"""No door takes evidence that its instrument does not ask for; what is stored of it stays in."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from shared.disclosure import open_part
from shared.ledger import verify
from tests import builders
from tests.integration.registry.importing import DAY, drafts, taken
from tests.vendor import Vendor

Json = dict[str, Any]
UNKNOWN = "a text that nobody asked for"
WHERE = "/locations/0/mechanisms/0/evidence/tia_text"


def entry(evidence: Json | None = None, **more: Any) -> Json:
    made = builders.sub_processor(**more)
    made["locations"][0]["mechanisms"][0]["evidence"] |= evidence or {"tia_text": UNKNOWN}
    return made


def refusals(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    errors = answer.json["errors"]
    assert all("participant, covered_data, checked_on" in each["detail"] for each in errors)
    return [(each["pointer"], each["code"]) for each in errors]


def test_a_change_is_refused_with_what_the_instrument_takes(baseline: Vendor) -> None:
    body = {"kind": "add", "effective_on": DAY, "reason": "x", "sub_processor": entry()}

    answer = baseline.ask("POST", "/changes", body)

    assert refusals(answer) == [(f"/sub_processor{WHERE}", "unknown-field")]


def test_each_unknown_member_is_named(baseline: Vendor) -> None:
    told = entry({"tia_text": "x", "reviewer_email": "x", "module": 3})
    body = {"kind": "add", "effective_on": DAY, "reason": "x", "sub_processor": told}

    pointers = [pointer for pointer, _ in refusals(baseline.ask("POST", "/changes", body))]

    assert [each.rpartition("/")[2] for each in pointers] == [
        "tia_text", "reviewer_email", "module",
    ]  # fmt: skip


def test_a_baseline_is_refused(vendor: Vendor) -> None:
    body = {"valid_from": "2026-01-01", "sub_processors": [builders.sub_processor(), entry()]}

    answer = vendor.ask("POST", "/baseline", body)

    assert refusals(answer) == [(f"/sub_processors/1{WHERE}", "unknown-field")]


def test_an_edit_of_a_draft_is_refused(baseline: Vendor) -> None:
    draft = baseline.draft()
    path = f"/changes/{draft['id']}"
    seen = {"If-Match": baseline.ask("GET", path).headers["ETag"]}

    answer = baseline.ask("PATCH", path, {"sub_processor": entry()}, headers=seen)

    assert refusals(answer) == [(f"/sub_processor{WHERE}", "unknown-field")]


def test_an_import_refuses_the_row_and_takes_the_others(baseline: Vendor) -> None:
    good = builders.sub_processor(legal_name="Good Inc.")
    told = taken(baseline, [{**entry(legal_name="Bad Inc."), "id": None}, {**good, "id": None}])

    assert [(each["row"], each["pointer"]) for each in told["refused"]] == [(1, WHERE)]
    assert [each["sub_processor"]["legal_name"] for each in drafts(baseline)] == ["Good Inc."]


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_an_own_export_with_something_added_is_refused(vendor: Vendor, kind: str) -> None:
    body = {"valid_from": "2026-01-01", "sub_processors": [builders.sub_processor()]}
    vendor.must("POST", "/baseline", body)
    text = vendor.ask("GET", f"/export.{kind}").text
    for name in ('"participant":', '""participant"":'):
        quote = name[: name.index("participant")]
        text = text.replace(name, f"{quote}tia_text{quote}: {quote}x{quote}, {name}")

    told = taken(vendor, json.loads(text) if kind == "json" else text)

    assert [each["pointer"] for each in told["refused"]] == [WHERE]
    assert drafts(vendor) == []


def test_the_record_of_an_instrument_decides_what_it_takes(vendor: Vendor) -> None:
    instrument = {
        "id": f"list-{vendor.slug}", "kind": "adequacy", "regime": "EU", "name": "List X",
        "article": "GDPR Art. 45", "destinations": "*", "valid_from": "2025-01-01",
        "requires": ["member_number"], "sources": ["https://example.test"],
        "checked_on": "2026-11-20",
    }  # fmt: skip
    vendor.stack.must(vendor.stack.admin, "POST", "/registry/v1/instruments", instrument)
    place = {"country": "IN", "kind": "storage", "mechanisms": [
        {"instrument_id": instrument["id"], "evidence": {"member_number": "4711"}}]}  # fmt: skip
    other = copy.deepcopy(place)
    other["mechanisms"][0]["evidence"]["participant"] = "x"  # type: ignore[index]
    body = {"kind": "add", "effective_on": DAY, "reason": "x",
            "sub_processor": builders.sub_processor(locations=[place])}  # fmt: skip

    assert vendor.ask("POST", "/changes", body).status_code == 201
    body["sub_processor"] = builders.sub_processor(locations=[other])
    refused = vendor.ask("POST", "/changes", body)
    assert refused.status_code == 422
    assert refused.json is not None
    taken = f"Evidence of {instrument['id']}: member_number, evidence_url, seen_on."
    assert refused.json["errors"][0]["detail"].endswith(taken)


def as_an_older_version_stored_it(vendor: Vendor) -> None:
    """Put an unknown member into the rows of the register."""
    vendor.stack.database("registry").db["rows"].update_many(
        {"processor_id": vendor.client["org_id"], "content.legal_name": "Mailer Inc."},
        {"$set": {"content.locations.0.mechanisms.0.evidence.tia_text": UNKNOWN}},
    )


def test_what_an_older_version_stored_is_read_without_it_and_can_be_sent_back(
    baseline: Vendor,
) -> None:
    change = baseline.announced()
    sub_id, day = change["sub_processor"]["id"], change["effective_on"]
    as_an_older_version_stored_it(baseline)

    read = [
        baseline.ask("GET", path).text
        for path in (
            f"/sub-processors?as_of={day}", f"/sub-processors/{sub_id}?as_of={day}",
            f"/sub-processors/{sub_id}/versions", f"/diff?from=2026-11-23&to={day}",
            f"/transfers?as_of={day}", f"/export.json?as_of={day}", f"/export.csv?as_of={day}",
        )
    ]  # fmt: skip
    assert all("Mailer Inc." in each for each in read)
    assert all(UNKNOWN not in each for each in read)

    again = json.loads(read[5])
    assert taken(baseline, again, effective_on=day)["unchanged"] == 2


def test_a_ledger_that_was_chained_with_more_still_verifies_and_withholds_it(
    baseline: Vendor,
) -> None:
    baseline.announced()
    as_an_older_version_chained_it(baseline)

    told = baseline.ledger()
    assert UNKNOWN not in json.dumps(told)
    assert verify(told) is None
    assert [each.get("withheld", False) for each in told] == [False, False, True]
    assert told[2]["data"] is None
    page = baseline.stack.ask(None, "GET", f"/p/{baseline.slug}/ledger.jsonl").text
    assert [json.loads(line) for line in page.splitlines()] == [open_part(each) for each in told]


def as_an_older_version_chained_it(vendor: Vendor) -> None:
    """Append what an older version would have told of such an entry."""
    deps = vendor.stack.registry
    register = deps.stores.registers.by_slug(vendor.slug)
    last = deps.ledger.entries(register.stream)[-1]
    data = copy.deepcopy(last.data)
    data["sub_processor"]["locations"][0]["mechanisms"][0]["evidence"]["tia_text"] = UNKNOWN
    deps.ledger.append(None, register.stream, last.type, data, at=deps.now(), actor="cli_x")
