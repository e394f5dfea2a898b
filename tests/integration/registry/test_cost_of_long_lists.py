"""What answers from 2,000 entries cost: in ratios of processor time, for machines differ."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.registry.model.register import Writer, addition, combined
from tests import builders
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

FIRST_DAY = date(2026, 1, 1)
LONG, SHORT = 2_000, 200


def listing(stack: Any, length: int) -> Vendor:
    """A vendor with so many entries, each with evidence of its own."""
    client = new_client(stack, "vendor", ["processor"], PROCESSOR_SCOPES)
    vendor = Vendor(stack, client, client["slug"])
    vendor.must("POST", "/baseline", {"valid_from": FIRST_DAY.isoformat(), "sub_processors": [
        builders.sub_processor(legal_name="Company 0")]})  # fmt: skip
    vendor.publish()
    deps = stack.registry
    register = deps.stores.registers.by_slug(vendor.slug)
    content = deps.stores.rows.on(register.id, FIRST_DAY)[0].content
    writer = Writer("baseline", deps.now(), deps.new_id)
    additions = [
        addition(writer, register.id, deps.new_id("sub"), of_its_own(content, number), FIRST_DAY)
        for number in range(1, length)
    ]
    deps.stores.rows.write(combined(*additions), "baseline", deps.now(), None)
    return vendor


def of_its_own(content: dict[str, Any], number: int) -> dict[str, Any]:
    place = content["locations"][0]
    first, *others = place["mechanisms"]
    first = {**first, "evidence": {**first["evidence"], "participant": f"Company {number}"}}
    places = [{**place, "mechanisms": [first, *others]}]
    return {**content, "legal_name": f"Company {number}", "locations": places}


@pytest.fixture(scope="module")
def cost() -> Callable[[Vendor, str], float]:
    def asked(vendor: Vendor, path: str) -> float:
        """Seconds of processor time, those of the registry included, of the database not."""
        before = time.process_time()
        answer = vendor.stack.ask(None, "GET", f"/p/{vendor.slug}{path}")
        assert answer.status_code == 200
        return time.process_time() - before

    return asked


def test_ten_times_the_entries_cost_ten_times_as_much_and_what_was_read_is_not_paid_again(
    stack: Any, cost: Callable[[Vendor, str], float]
) -> None:
    short, long = listing(stack, SHORT), listing(stack, LONG)
    cost(short, "?as_of=2020-01-01")  # Templates are compiled and words are read once.
    day_before = stack.registry.now().date() - timedelta(days=1)

    page = cost(long, "")
    assert page < 20 * cost(short, "")
    assert cost(long, "?q=company+77") < page / 8
    assert cost(long, f"?as_of={day_before}") < page / 3
    assert cost(long, f"/diff?from={day_before}") < page / 10


def test_one_entry_costs_a_small_part_of_its_list(stack: Any) -> None:
    vendor = listing(stack, SHORT)
    listed = vendor.must("GET", "/sub-processors")["items"]

    def seconds(path: str) -> float:
        before = time.process_time()
        vendor.must("GET", path)
        return time.process_time() - before

    one = min(seconds(f"/sub-processors/{each['id']}") for each in listed[:3])
    assert one < seconds("/sub-processors") / 3


def test_a_chain_is_checked_without_what_else_its_entries_say(stack: Any) -> None:
    rows = stack.registry.stores.rows
    register = stack.registry.stores.registers.by_slug(listing(stack, 3).slug)
    whole, chain = rows.on(register.id, FIRST_DAY), rows.chain_on(register.id, FIRST_DAY)
    assert [row.content for row in chain] == [
        {name: row.content[name] for name in ("legal_name", "parent_id")} for row in whole
    ]
    assert [replace(row, content={}) for row in chain] == [
        replace(row, content={}) for row in whole
    ]
