"""Every query of the registry goes by an index, as the database itself tells."""

from __future__ import annotations

from typing import Any

from tests import builders
from tests.integration.registry.test_announcing import second_client
from tests.integration.registry.test_objecting import OBJECTION
from tests.vendor import Vendor

# What is read of a collection that holds a handful of documents at most, whoever uses it.
COLLECTIONS = {
    "registers", "rows", "changes", "objections", "approvals", "ledger", "ledger_heads",
    "ledger_private",
}  # fmt: skip


def test_it_works(baseline: Vendor) -> None:
    database = baseline.stack.database("registry").db
    # By default only the last mebibyte is kept, and what was asked first would be gone.
    database.create_collection("system.profile", capped=True, size=64 * 1024 * 1024)
    database.command("profile", 2)
    try:
        ask_for_everything(baseline)
    finally:
        database.command("profile", 0)
    seen = list(database["system.profile"].find({"ns": {"$regex": "^[^.]+[.](?!system)"}}))
    asked = {each["ns"].split(".", 1)[1] for each in seen}
    scans = [
        (each["ns"], each.get("command"))
        for each in seen
        if "COLLSCAN" in each.get("planSummary", "") and each["ns"].split(".", 1)[1] in COLLECTIONS
    ]
    assert asked >= COLLECTIONS
    assert scans == []


def test_drafts_are_listed_by_status_from_an_index_in_order(baseline: Vendor) -> None:
    processor_id = baseline.client["org_id"]
    changes = baseline.stack.database("registry").db["changes"]
    for where in (
        {"processor_id": processor_id, "status": "draft"},
        {"processor_id": processor_id},
    ):
        plan = changes.find(where).sort("_id", -1).limit(50).explain()
        stages = stages_of(plan["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in stages
        assert not stages & {"COLLSCAN", "SORT"}


def test_the_clock_looks_only_at_what_is_due(baseline: Vendor) -> None:
    for days in (40, 50, 60):
        baseline.announced(days)
    changes = baseline.stack.database("registry").db["changes"]
    where = {"status": "announced", "effective_on": {"$lte": "2000-01-01"}}
    plan = changes.find(where).sort([("effective_on", 1), ("announced_at", 1)]).explain()

    assert plan["executionStats"]["totalDocsExamined"] == 0
    assert "SORT" not in stages_of(plan["queryPlanner"]["winningPlan"])


def stages_of(found: Any) -> set[str]:
    if isinstance(found, list):
        return set().union(*(stages_of(each) for each in found)) if found else set()
    if not isinstance(found, dict):
        return set()
    own = {found["stage"]} if "stage" in found else set()
    return own.union(*(stages_of(each) for each in found.values()))


def ask_for_everything(vendor: Vendor) -> None:
    careful = vendor.customer(
        "careful", silence="refusal", receipt_rule="acknowledged",
        agreement={"authorisation": "specific"},
    )  # fmt: skip
    customer = vendor.customer("nordbo")
    host = vendor.must("GET", "/sub-processors")["items"][0]["id"]
    change = vendor.announced()
    sub_id, path = change["sub_processor"]["id"], f"/changes/{change['id']}"
    vendor.stack.settle()
    lists(vendor, customer, host)
    objecting(vendor, careful, customer, change)
    for each in (careful, customer):
        vendor.gate(each, sub_id, change["effective_on"])
    query = f"processor={vendor.slug}&as_of={change['effective_on']}"
    vendor.stack.must(customer, "GET", f"/portal/v1/sub-processors?{query}")
    vendor.must("POST", f"{path}/withdraw", {"reason": "Not needed"})
    vendor.announced(31, kind="modify", sub_processor_id=host,
                     sub_processor=builders.sub_processor())  # fmt: skip
    emergency(vendor)
    vendor.stack.pass_time(days=40)
    vendor.stack.settle()


def lists(vendor: Vendor, customer: dict[str, Any], host: str) -> None:
    for path in (
        "", "/changes", "/changes?status=draft", "/changes?status=announced", "/ledger",
        "/sub-processors?as_of=2026-11-01", "/transfers", f"/sub-processors/{host}",
        "/sub-processors?recorded_as_of=2026-11-23T09:30:00Z", f"/sub-processors/{host}/versions",
        "/diff?from=2026-01-01&to=2027-06-01",
    ):  # fmt: skip
        vendor.must("GET", path)
    vendor.stack.must(vendor.client, "GET", "/registry/v1/processors")
    vendor.stack.must(customer, "GET", "/portal/v1/changes")


def objecting(
    vendor: Vendor, careful: dict[str, Any], customer: dict[str, Any], change: dict[str, Any]
) -> None:
    stack, path = vendor.stack, f"/portal/v1/changes/{change['id']}"
    stack.must(careful, "POST", f"{path}/acknowledgement")
    stack.must(careful, "POST", f"{path}/approval")
    objection = stack.must(customer, "POST", f"{path}/objections", OBJECTION)
    vendor.must("GET", f"/changes/{change['id']}/objections")
    for query in ("", "?status=open", f"?processor={vendor.slug}"):
        stack.must(vendor.client, "GET", f"/registry/v1/objections{query}")
    stack.must(vendor.client, "POST", f"/registry/v1/objections/{objection['id']}/exclude")
    stack.must(customer, "GET", path)


def emergency(vendor: Vendor) -> None:
    path = f"/changes/{vendor.draft(0)['id']}"
    vendor.must("POST", f"{path}/emergency", {"justification": "Insolvent."})
    vendor.must("POST", f"{path}/approve")
    vendor.stack.must(second_client(vendor), "POST", f"{vendor.path}{path}/approve")
