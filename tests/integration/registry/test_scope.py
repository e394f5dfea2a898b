"""Eight readers take one scope: telling, waiting, preview, simulation, list, gate, evidence, yes.

Customers, products, ends and changes are drawn at random; whom a change concerns is said once more
in this file, in the plainest way, and each reader is asked.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests import builders
from tests.integration.registry.test_simulations import new_instrument, provider, simulate
from tests.vendor import Vendor

PRODUCTS = ("crm", "erp", "hr")
OBJECTION = {"grounds": "security", "text": "Not there."}


@dataclass
class Customer:
    """One customer; its days of notice are unlike those of all others, and so tell who it is."""

    client: dict[str, Any]
    days: int
    products: list[str]
    ends_on: date | None = None
    excluded: set[str] = field(default_factory=set)

    def concerned(self, sides: list[tuple[str, list[str]]], day: date) -> bool:
        if self.ends_on is not None and self.ends_on <= day:
            return False
        return any(
            entry not in self.excluded
            and (not named or not self.products or set(named) & set(self.products))
            for entry, named in sides
        )


@dataclass
class World:
    vendor: Vendor
    random: random.Random
    customers: list[Customer]
    entries: dict[str, list[str]]  # products by id

    def concerned(self, sides: list[tuple[str, list[str]]], day: date) -> set[int]:
        return {each.days for each in self.customers if each.concerned(sides, day)}

    def drawn(self) -> list[str]:
        return self.random.sample(PRODUCTS, self.random.choice((0, 1, 1, 2)))


@pytest.fixture(params=[3, 8])
def world(request: pytest.FixtureRequest, vendor: Vendor, told_at_once: None) -> World:
    del told_at_once
    chance = random.Random(request.param)
    made = World(vendor, chance, [], {})
    named = [made.drawn() for _ in range(4)]
    entries = [builders.sub_processor(legal_name=f"Entry {each}", products=each) for each in named]
    vendor.must("POST", "/baseline", {"valid_from": "2026-11-15", "sub_processors": entries})
    listed = vendor.must("GET", "/sub-processors")["items"]
    made.entries = {each["id"]: each["products"] for each in listed}
    made.customers = [customer(made, 10 + number) for number in range(5)]
    return made


def customer(world: World, days: int) -> Customer:
    vendor, products = world.vendor, world.drawn()
    client = vendor.customer(f"customer-{days}", notice_days=days, objection_days=5,
                             agreement={"products": products})  # fmt: skip
    return Customer(client, days, products)


def ends(world: World, one: Customer, day: date) -> None:
    path = f"/agreements/v1/agreements/{one.client['agreement_id']}/terminate"
    body = {"effective_on": str(day), "reason": "Moved away"}
    world.vendor.stack.must(world.vendor.client, "POST", path, body)
    one.ends_on = day


def change(world: World, kind: str) -> tuple[dict[str, Any], list[tuple[str, list[str]]]]:
    """The body of a change, and its sides."""
    old = world.random.choice(sorted(world.entries))
    after = None if kind == "remove" else world.drawn()
    named = None if kind == "add" else old
    body: dict[str, Any] = {"kind": kind, "sub_processor_id": named}
    if after is not None:
        name = f"Entry {kind} {after}"
        body["sub_processor"] = builders.sub_processor(legal_name=name, products=after)
    else:
        body["sub_processor"] = None
    sides = [] if kind == "add" else [(old, world.entries[old])]
    new = old if kind == "modify" else "new"
    return body, sides + ([(new, after)] if after is not None else [])


def notice_days(groups: list[dict[str, Any]]) -> set[int]:
    return {group["terms"]["notice_days"] for group in groups}


def told(world: World, change_id: str) -> Iterator[int]:
    for one in world.customers:
        changes = world.vendor.stack.must(one.client, "GET", "/portal/v1/changes")["items"]
        if change_id in [each["change_id"] for each in changes]:
            yield one.days


def announced(world: World, kind: str) -> dict[str, Any]:
    """Announce a change of this kind, while four of its readers are asked whom it concerns."""
    vendor = world.vendor
    body, sides = change(world, kind)
    day = vendor.today + timedelta(20)
    expected = world.concerned(sides, day)
    draft = vendor.draft(20, **body)
    preview = vendor.must("GET", f"/changes/{draft['id']}/preview")
    assert notice_days(preview["groups"]) == expected
    early = vendor.draft(0, **body)
    refused = vendor.ask("POST", f"/changes/{early['id']}/announce")
    waiting = {
        each["notice_days"] for each in (refused.json or {}).get("context", {}).get("blocking", ())
    }
    assert waiting == (
        world.concerned(sides, vendor.today) if refused.status_code == 409 else set()
    )
    if refused.status_code == 200:
        draft, day = early, vendor.today
        expected = world.concerned(sides, day)
    else:
        vendor.must("POST", f"/changes/{draft['id']}/announce")
    vendor.stack.tell()
    assert set(told(world, draft["id"])) == expected
    evidence = f"/notices/v1/changes/{draft['id']}/evidence"
    lines = vendor.stack.must(vendor.client, "GET", evidence)["items"]
    assert len(lines) == len(expected)
    check_approvals(world, draft["id"], sides, day)
    shown: dict[str, Any] = vendor.must("GET", f"/changes/{draft['id']}")
    return {**shown, "told": expected}


def check_approvals(
    world: World, change_id: str, sides: list[tuple[str, list[str]]], day: date
) -> None:
    """Who is left out of an entry may come back to it; the products and the end decide."""
    path = f"/portal/v1/changes/{change_id}/approval"
    for one in world.customers:
        if one.ends_on and one.ends_on <= world.vendor.today:
            continue
        answer = world.vendor.stack.ask(one.client, "POST", path)
        if replace(one, excluded=set()).concerned(sides, day):
            assert answer.status_code == 201, answer.text
        else:
            assert (answer.status_code, answer.json["code"]) == (409, "not-concerned"), one


def in_effect(world: World) -> None:
    stack = world.vendor.stack
    stack.pass_time(days=21)
    stack.forget_tokens()
    stack.settle()
    listed = world.vendor.must("GET", "/sub-processors")["items"]
    world.entries = {each["id"]: each["products"] for each in listed}


def check_lists_and_gate(world: World) -> None:
    """The customer's list holds an entry if the gate does not say that it is none of its own."""
    today, slug = world.vendor.today, world.vendor.slug
    for one in world.customers:
        if one.ends_on and one.ends_on <= today:
            continue
        path = f"/portal/v1/sub-processors?processor={slug}"
        own = {each["id"] for each in world.vendor.stack.must(one.client, "GET", path)["items"]}
        for entry, named in world.entries.items():
            concerned = one.concerned([(entry, named)], today)
            gate = world.vendor.gate(one.client, entry)
            shut = gate["reason_code"] in ("other-products", "excluded")
            assert (entry in own, not shut) == (concerned, concerned), (one, entry, named, gate)


def test_all_readers_agree_on_whom_a_change_concerns(world: World) -> None:
    for number, kind in enumerate(("add", "modify", "replace", "modify", "remove")):
        if number == 2:
            one = world.random.choice(world.customers)
            ends(world, one, world.vendor.today + timedelta(world.random.choice((5, 25))))
        change = announced(world, kind)
        if change["told"] and change["owes"] == "notice" and number < 3:
            leave_out(world, change)
        in_effect(world)
        check_lists_and_gate(world)


def leave_out(world: World, change: dict[str, Any]) -> None:
    """One of those who were told objects, and the vendor leaves it out."""
    stack, days = world.vendor.stack, min(change["told"])
    one = next(each for each in world.customers if each.days == days)
    path = f"/portal/v1/changes/{change['id']}/objections"
    objection = stack.must(one.client, "POST", path, OBJECTION)
    stack.must(world.vendor.client, "POST", f"/registry/v1/objections/{objection['id']}/exclude")
    one.excluded.add(change["sub_processor"]["id"])


def test_a_simulation_counts_those_whom_the_entries_concern(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    entries = [
        provider("Lost Ltd", instrument) | {"products": ["crm"]},
        provider("Saved Ltd", instrument, "scc-2021-914") | {"products": ["erp"]},
    ]
    vendor.must("POST", "/baseline", {"valid_from": "2026-11-15", "sub_processors": entries})
    for days, products in ((10, ["crm"]), (11, ["erp"]), (12, ["hr"]), (13, [])):
        vendor.customer(f"c{days}", notice_days=days, agreement={"products": products})

    answer = simulate(vendor, vendor.client, instrument, 20)

    assert answer["totals"]["customers"] == 3
    assert answer["totals"]["notices_owed"] == 2
    [owed] = answer["notices_owed"]
    assert notice_days(owed["groups"]) == {10, 13}
    assert owed["notices"] == 2


def test_a_draft_that_comes_to_serve_another_product_is_judged_anew(baseline: Vendor) -> None:
    for days, products in ((10, ["crm"]), (40, ["erp"])):
        baseline.customer(f"c{days}", notice_days=days, agreement={"products": products})
    draft = baseline.draft(20, sub_processor=builders.sub_processor(products=["crm"]))
    path = f"/changes/{draft['id']}"
    assert notice_days(baseline.must("GET", f"{path}/preview")["groups"]) == {10}
    seen = {"If-Match": baseline.ask("GET", path).headers["ETag"]}
    wider = {"sub_processor": builders.sub_processor(products=["crm", "erp"])}
    assert baseline.ask("PATCH", path, wider, headers=seen).status_code == 200
    assert notice_days(baseline.must("GET", f"{path}/preview")["groups"]) == {10, 40}
    refused = baseline.ask("POST", f"{path}/announce")
    assert refused.status_code == 409
    assert [each["notice_days"] for each in refused.json["context"]["blocking"]] == [40]


def test_an_amendment_to_come_is_told_of_the_products_of_both_versions(baseline: Vendor) -> None:
    stack = baseline.stack
    one = baseline.customer("moving", notice_days=10, agreement={"products": ["crm"]})
    path = f"/agreements/{one['agreement_id']}"
    begins = str(baseline.today + timedelta(30))
    body = {"products": ["erp"], "effective_from": begins}
    stack.must(baseline.client, "POST", f"/agreements/v1{path}/amendments", body)
    person = {"name": "A", "title": "B", "email": "a@b.example"}
    stack.must(baseline.client, "POST", f"/agreements/v1{path}/accept", person)
    stack.must(one, "POST", f"/portal/v1{path}/accept", person)
    changes = {
        product: baseline.announced(20, sub_processor=builders.sub_processor(products=[product]))
        for product in PRODUCTS
    }
    stack.settle()
    items = stack.must(one, "GET", "/portal/v1/changes")["items"]
    assert {each["change_id"] for each in items} == {changes["crm"]["id"], changes["erp"]["id"]}
