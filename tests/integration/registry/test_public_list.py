"""The list for the page comes by keys; it says what the vendor's own says, less the private."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.public.public_members import public_entry
from tests import builders
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

DAYS = ("2026-01-01", "2026-06-30", "2026-11-23", "2027-02-01", "2027-06-02", "2031-01-01")


def listed(vendor: Vendor, as_of: str) -> list[dict[str, Any]]:
    found = vendor.must("GET", f"/public-list?as_of={as_of}")
    told = vendor.must("POST", "/public-list", {"as_of": as_of, "keys": found["keys"]})
    for entry, at in zip(told["entries"], found["listed_at"], strict=True):
        entry["locations"] = [told["places"][position] for position in entry["locations"]]
        entry.update(found["listed"][at])
    return list(told["entries"])


@pytest.fixture
def long(baseline: Vendor) -> Vendor:
    """A list with places that are shared, ended and judged otherwise from day to day."""
    for name in ("Mailer Inc.", "Second Inc."):
        baseline.announced(40, sub_processor=builders.sub_processor(legal_name=name))
    baseline.stack.pass_time(days=41)
    baseline.stack.settle()
    return baseline


@pytest.mark.parametrize("day", DAYS)
def test_it_works(long: Vendor, day: str) -> None:
    own = long.must("GET", f"/sub-processors?as_of={day}")["items"]
    assert [public_entry(each) for each in listed(long, day)] == [
        public_entry(each) for each in own
    ]


def test_the_same_key_is_the_same_entry(long: Vendor) -> None:
    """Its days on the list are no part of what the key stands for."""
    said: dict[str, Any] = {}
    for number in range(date(2026, 12, 20).toordinal(), date(2027, 7, 1).toordinal(), 9):
        day = date.fromordinal(number).isoformat()
        keys = long.must("GET", f"/public-list?as_of={day}")["keys"]
        for key, entry in zip(keys, listed(long, day), strict=True):
            for name in ("listed_since", "listed_until", "next_change"):
                del entry[name]
            assert said.setdefault(key, entry) == entry
    assert len(said) > 3


def test_no_key_of_another_vendor_opens_anything(long: Vendor, stack: Any) -> None:
    client = new_client(stack, "vendor", ["processor"], PROCESSOR_SCOPES)
    other = Vendor(stack, client, client["slug"])
    other.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [
        builders.sub_processor(legal_name="Mine")]})  # fmt: skip
    keys = long.must("GET", "/public-list")["keys"]
    assert other.must("POST", "/public-list", {"keys": keys}) == {"places": [], "entries": []}
    assert other.stack.ask(other.client, "GET", f"{long.path}/public-list").status_code == 404


def test_no_person_is_in_it(long: Vendor) -> None:
    keys = long.must("GET", "/public-list")["keys"]
    assert "jo@mailer.example" not in long.ask("POST", "/public-list", {"keys": keys}).text
