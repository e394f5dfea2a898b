"""A route that reads no body refuses the members of one, after it knows who asks."""

from __future__ import annotations

from typing import Any

import pytest

from tests import builders
from tests.vendor import Vendor

OFFER = "/agreements/v1/agreements/{}/offer"


@pytest.fixture
def draft(baseline: Vendor) -> str:
    customer = baseline.customer("nordbo")
    body = builders.agreement_body(customer["org_id"], products=["other"])
    made = baseline.stack.must(baseline.client, "POST", "/agreements/v1/agreements", body)
    return str(made["id"])


def test_an_offer_with_members_is_refused_and_changes_nothing(baseline: Vendor, draft: str) -> None:
    body = {"lapses_on": "2027-01-01", "a/note": "x"}
    answer = baseline.stack.ask(baseline.client, "POST", OFFER.format(draft), body)
    assert answer.status_code == 422
    told: Any = answer.json
    assert [each["pointer"] for each in told["errors"]] == ["/lapses_on", "/a~1note"]
    path = f"/agreements/v1/agreements/{draft}"
    assert baseline.stack.must(baseline.client, "GET", path)["status"] == "draft"


def test_an_offer_with_a_list_is_refused(baseline: Vendor, draft: str) -> None:
    answer = baseline.stack.ask(baseline.client, "POST", OFFER.format(draft), [])
    assert answer.status_code == 400


@pytest.mark.parametrize("body", [None, {}])
def test_an_offer_without_members_is_made(baseline: Vendor, draft: str, body: Any) -> None:
    made = baseline.stack.must(baseline.client, "POST", OFFER.format(draft), body)
    assert made["status"] == "offered"
