"""What a vendor says was done was done on a day that has come, at every door of the register."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import builders
from tests.answers import Answer
from tests.vendor import Vendor

Json = dict[str, Any]


def with_day(pointer: str, day: str) -> Json:
    """An entry of a builder that has ``day`` at ``pointer``."""
    entry: Json = json.loads(json.dumps(builders.sub_processor()))
    place: Any = entry
    *path, name = pointer.strip("/").split("/")
    for part in path:
        place = place[int(part)] if isinstance(place, list) else place[part]
    place[name] = day
    return entry


def baseline(vendor: Vendor, entry: Json) -> Answer:
    body = {"valid_from": "2026-01-01", "sub_processors": [entry]}
    return vendor.ask("POST", "/baseline", body)


def draft(vendor: Vendor, entry: Json) -> Answer:
    day = (vendor.today + timedelta(90)).isoformat()
    body = {"kind": "add", "effective_on": day, "reason": "x", "sub_processor": entry}
    return vendor.ask("POST", "/changes", body)


def record(vendor: Vendor, entry: Json) -> Answer:
    whole = builders.sub_processor()
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [whole]})
    sub_id = vendor.must("GET", "/sub-processors")["items"][0]["id"]
    return vendor.ask("POST", f"/sub-processors/{sub_id}/records", {"set": entry, "note": None})


DOORS = [
    (baseline, "/sub_processors/0"),
    (draft, "/sub_processor"),
    (record, "/set"),
]
EVIDENCE = "/locations/0/mechanisms/0/evidence"
MEMBERS = ["/reviewed_on", "/seen_on", "/flow_down/signed_on", f"{EVIDENCE}/checked_on",
           f"{EVIDENCE}/seen_on"]  # fmt: skip


@pytest.mark.parametrize(("door", "at"), DOORS)
@pytest.mark.parametrize("member", MEMBERS)
def test_a_day_that_has_begun_nowhere_is_no_day_on_which_anything_was_done(
    vendor: Vendor, door: Callable[[Vendor, Json], Answer], at: str, member: str
) -> None:
    day = (vendor.today + timedelta(2)).isoformat()

    refused = door(vendor, with_day(member, day))

    assert refused.status_code == 422, refused.text
    errors = (refused.json or {})["errors"]
    assert [(each["pointer"], each["code"]) for each in errors] == [(at + member, "day-to-come")]


@pytest.mark.parametrize(("door", "at"), DOORS)
def test_the_day_on_which_it_is_done_may_be_today(
    vendor: Vendor, door: Callable[[Vendor, Json], Answer], at: str
) -> None:
    assert at
    entry = with_day("/reviewed_on", vendor.today.isoformat())
    answer = door(vendor, entry)
    assert answer.status_code < 300, answer.text
