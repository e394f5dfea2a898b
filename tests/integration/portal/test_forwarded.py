"""What the portal passes on has the manners of what answers: HEAD, merge patches, empty members."""

from __future__ import annotations

import pytest

from tests.vendor import Vendor

WHOLE = "/portal/v1/webhook-endpoints"


@pytest.mark.parametrize("path", [WHOLE, "/portal/v1/agreements", "/portal/v1/notice-contacts"])
def test_head_says_what_get_says(baseline: Vendor, path: str) -> None:
    customer = baseline.customer("nordbo")
    asked, read = (baseline.stack.ask(customer, it, path) for it in ("HEAD", "GET"))
    assert (asked.status_code, asked.data) == (200, b"")
    assert int(asked.headers["Content-Length"]) == len(read.data) > 0
    assert asked.headers["ETag"] == read.headers["ETag"]


def test_a_merge_patch_changes_an_endpoint(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    made = baseline.stack.must(customer, "POST", WHOLE, {"url": "http://127.0.0.1:9/hook"})
    answer = baseline.stack.ask(
        customer, "PATCH", f"{WHOLE}/{made['id']}", data='{"description": "Ours"}',
        headers={"If-Match": "*", "Content-Type": "application/merge-patch+json"},
    )  # fmt: skip
    assert (answer.status_code, answer.json["description"]) == (200, "Ours")


def test_an_empty_query_member_is_none(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    for path in ("sub-processors?as_of=", "changes?status=&cursor=", "agreements?status="):
        assert baseline.stack.ask(customer, "GET", f"/portal/v1/{path}").status_code == 200, path
