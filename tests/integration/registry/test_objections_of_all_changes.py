"""The list of objections over all changes: each party reads its own, and nothing of others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.access.table import CHANGE
from tests.integration.registry.test_objecting import object_to, settle
from tests.integration.registry.test_queries import stages_of
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

pytestmark = pytest.mark.usefixtures("told_at_once")


def listed(vendor: Vendor, client: dict[str, Any], query: str = "") -> Any:
    path = "/registry/v1" if client == vendor.client else "/portal/v1"
    return vendor.stack.ask(client, "GET", f"{path}/objections{query}").json


def ids(vendor: Vendor, client: dict[str, Any], query: str = "") -> list[str]:
    return [each["id"] for each in listed(vendor, client, query)["items"]]


def test_it_lists_those_of_all_changes_the_newest_first(baseline: Vendor) -> None:
    nordbo, lillebror = baseline.customer("nordbo"), baseline.customer("lillebror")
    first, second = baseline.announced(), baseline.announced()
    made = [
        object_to(baseline, customer, change).json["id"]
        for customer, change in ((nordbo, first), (lillebror, first), (nordbo, second))
    ]

    assert ids(baseline, baseline.client) == made[::-1]
    assert ids(baseline, nordbo) == [made[2], made[0]]
    assert ids(baseline, lillebror) == [made[1]]


def test_it_pages(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    made = [object_to(baseline, customer, baseline.announced()).json["id"] for _ in range(3)]

    page = listed(baseline, baseline.client, "?limit=2")
    rest = listed(baseline, baseline.client, f"?limit=2&cursor={page['next_cursor']}")

    assert [each["id"] for each in (*page["items"], *rest["items"])] == made[::-1]
    assert rest["next_cursor"] is None


def test_it_is_filtered_by_status(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    settled, waiting = [
        object_to(baseline, customer, baseline.announced()).json["id"] for _ in range(2)
    ]
    settle(baseline, settled, "exclude")

    assert ids(baseline, baseline.client, "?status=excluded") == [settled]
    assert ids(baseline, baseline.client, "?status=open") == [waiting]
    assert ids(baseline, customer, "?status=rejected") == []


def test_a_status_that_there_is_not_is_refused(baseline: Vendor) -> None:
    answer = listed(baseline, baseline.client, "?status=lost")

    assert answer["status"] == 422
    assert answer["errors"][0]["pointer"].strip("/") == "status"


def test_nobody_finds_those_of_others_by_naming_a_processor(
    baseline: Vendor,
) -> None:
    client = new_client(baseline.stack, "other", ["processor"], PROCESSOR_SCOPES)
    other = Vendor(baseline.stack, client, client["slug"])
    other.must("POST", "/changes", CHANGE)
    customer = baseline.customer("nordbo")
    made = object_to(baseline, customer, baseline.announced()).json["id"]

    assert ids(baseline, customer, f"?processor={baseline.slug}") == [made]
    for slug in (baseline.slug, "no-such-vendor"):
        assert ids(other, other.client, f"?processor={slug}") == []
    assert ids(baseline, customer, f"?processor={other.slug}") == []


@pytest.mark.parametrize("more", [{}, {"status": {"$in": ["acknowledged", "received"]}}])
def test_it_is_read_from_indexes_in_order(baseline: Vendor, more: dict[str, Any]) -> None:
    org_id = baseline.client["org_id"]
    objections = baseline.stack.database("registry").db["objections"]
    where = {"$or": [{"processor_id": org_id}, {"controller_id": org_id}], **more}

    plan = objections.find(where).sort("_id", -1).limit(50).explain()

    stages = stages_of(plan["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in stages
    assert not stages & {"COLLSCAN", "SORT"}
