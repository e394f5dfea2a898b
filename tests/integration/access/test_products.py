"""A customer reads of a register what concerns its own products, whichever route it asks.

One customer uses ``crm``. Entries and changes for ``erp`` carry ``MARK``; every route that its
client may read is asked, about those entries too.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from tests import builders
from tests.integration.access.table import Route, expected, routes
from tests.integration.registry.test_former_customers import of_both_kinds
from tests.stack import Stack, fresh_stack
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

MARK = "Zq9other"
OWN, NEW, LEFT, MOVED = "Own Ltd", "New Ltd", "Left Ltd", "Elsewhere Ltd"


@dataclass
class Reading:
    """``client`` reads; ``others`` are the ids of entries and changes that are not its own."""

    vendor: Vendor
    client: Mapping[str, Any]
    agreement_id: str
    own: dict[str, str]
    others: dict[str, list[str]]


def entry(name: str, *products: str) -> dict[str, Any]:
    return builders.sub_processor(legal_name=name, products=list(products))


@pytest.fixture(scope="module")
def stack(mongo_url: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Stack]:
    with fresh_stack(mongo_url, mongo_client) as made:
        yield made


@pytest.fixture(scope="module")
def reading(stack: Stack) -> Reading:
    made = new_client(stack, "vendor", ["processor"], PROCESSOR_SCOPES)
    vendor = Vendor(stack, made, made["slug"])
    listed = [entry(OWN, "crm"), entry(f"{MARK} Ltd", "erp"), entry("Moved Ltd", "crm")]
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": listed})
    customer = vendor.customer(
        "nordbo", notice_days=10, objection_days=5, agreement={"products": ["crm"]}
    )
    stack.settle()
    moves = {
        item["legal_name"]: item["id"] for item in vendor.must("GET", "/sub-processors")["items"]
    }
    left = vendor.announced(20, sub_processor=entry(LEFT, "crm"))
    stack.settle()
    path = f"/portal/v1/changes/{left['id']}/objections"
    objection = stack.must(customer, "POST", path, {"grounds": "other", "text": "No."})
    stack.must(vendor.client, "POST", f"/registry/v1/objections/{objection['id']}/exclude")
    moved = entry(MOVED, "erp")
    vendor.announced(25, kind="modify", sub_processor_id=moves["Moved Ltd"], sub_processor=moved)
    vendor.announced(30, sub_processor=entry(NEW, "crm"))
    stack.settle()
    stack.pass_time(days=40)
    stack.forget_tokens()
    stack.settle()
    other = vendor.announced(60, sub_processor=entry(f"{MARK} Coming", "erp"))
    stack.settle()
    ids = {
        item["legal_name"]: item["id"] for item in vendor.must("GET", "/sub-processors")["items"]
    }
    strange = [item for name, item in ids.items() if name.startswith(MARK) or name in (LEFT, MOVED)]
    return Reading(
        vendor,
        of_both_kinds(vendor, customer),
        customer["agreement_id"],
        ids,
        {"sub_id": [*strange, ids[OWN]], "change_id": [other["id"]]},
    )


def addresses(reading: Reading, route: Route) -> Iterator[str]:
    """The route with every id that the customer could have heard of."""
    vendor, today = reading.vendor, reading.vendor.today
    values = {
        "slug": [vendor.slug],
        "agreement_id": [reading.agreement_id],
        "instrument_id": ["eu-us-dpf"],
        **reading.others,
    }
    if any(name not in values for name in route.parameters):
        return
    path = route.path
    query = {
        "diff": f"?from=2026-02-01&to={today}",
        "gate": f"?processor={vendor.slug}&sub_processor_id={reading.own[OWN]}",
    }.get(route.last.rpartition("/")[2], "")
    for named in itertools.product(*(values[name] for name in route.parameters)):
        yield path and route.to(dict(zip(route.parameters, named, strict=True))) + query


def test_no_read_of_a_customer_shows_what_is_for_other_products(reading: Reading) -> None:
    stack, seen, shown = reading.vendor.stack, set(), []
    kinds = expected()
    for route in routes(stack.apps):
        if route.method != "GET" or kinds[str(route)] == "open":
            continue
        for path in addresses(reading, route):
            answer = stack.ask(reading.client, "GET", path)
            if answer.status_code == 200:
                seen.add(str(route))
                if MARK in answer.get_data(as_text=True):
                    shown.append(path)
    assert shown == []
    assert {
        "GET /portal/v1/sub-processors",
        "GET /portal/v1/transfers",
        "GET /portal/v1/changes",
        "GET /portal/v1/events",
        "GET /portal/v1/agreements/<agreement_id>/document",
        "GET /registry/v1/processors/<slug>/diff",
        "GET /registry/v1/processors/<slug>/sub-processors",
        "GET /registry/v1/processors/<slug>/sub-processors/<sub_id>",
        "GET /registry/v1/processors/<slug>/sub-processors/<sub_id>/versions",
        "GET /registry/v1/processors/<slug>/transfers",
    } <= seen


def test_what_is_its_own_is_there(reading: Reading) -> None:
    vendor, client = reading.vendor, reading.client
    ask = vendor.stack.must
    diff = f"{vendor.path}/diff?from=2026-02-01&to={vendor.today}"
    kinds = {item["legal_name"]: item["kind"] for item in ask(client, "GET", diff)["items"]}
    assert kinds == {NEW: "added", "Moved Ltd": "removed"}
    one = f"{vendor.path}/sub-processors/{reading.own[OWN]}"
    assert ask(client, "GET", one)["legal_name"] == OWN
    past = f"{vendor.path}/sub-processors/{reading.own[MOVED]}"
    names = [item["legal_name"] for item in ask(client, "GET", f"{past}/versions")["items"]]
    assert names == ["Moved Ltd"]
    day = vendor.today - timedelta(days=60)
    assert ask(client, "GET", f"{past}?as_of={day}")["legal_name"] == "Moved Ltd"


def test_an_entry_of_other_products_is_not_there(reading: Reading) -> None:
    vendor = reading.vendor
    for sub_id in reading.others["sub_id"][:-1]:
        answer = vendor.stack.ask(reading.client, "GET", f"{vendor.path}/sub-processors/{sub_id}")
        assert (answer.status_code, answer.json and answer.json["code"]) == (
            404,
            "sub-processor-unknown",
        )


def test_the_gate_finds_the_processor_of_an_entry_that_serves_other_products(
    reading: Reading,
) -> None:
    path = f"/portal/v1/gate?sub_processor_id={reading.own[f'{MARK} Ltd']}"
    answer = reading.vendor.stack.must(reading.client, "GET", path)
    assert answer["reason_code"] == "other-products"
