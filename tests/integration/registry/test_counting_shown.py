"""Wherever a customer's day is shown, the rule of counting stands beside it, in its language."""

from __future__ import annotations

import csv
import io
from typing import Any

from tests.integration.registry.test_sending import evidence_of
from tests.vendor import Vendor

Json = dict[str, Any]


def says(counting: Json) -> None:
    assert set(counting) == {"en", "da", "sv"}
    assert "1182/71" in counting["en"]
    assert "Danmark" in counting["da"]
    assert "Europe/Copenhagen" in counting["sv"]


def test_preview_portal_and_evidence_say_how_the_days_are_counted(baseline: Vendor) -> None:
    customer = baseline.customer("counted", holidays="DK", notice_days=30, objection_days=14)
    change = baseline.draft()
    (group,) = baseline.must("GET", f"/changes/{change['id']}/preview")["groups"]
    says(group["counting"])

    baseline.must("POST", f"/changes/{change['id']}/announce")
    baseline.stack.tell()

    seen = baseline.stack.must(customer, "GET", f"/portal/v1/changes/{change['id']}")
    says(seen["counting"])
    says(evidence_of(baseline, change)["counting"])
    path = f"/notices/v1/changes/{change['id']}/evidence"
    answer = baseline.stack.ask(baseline.client, "GET", path, headers={"Accept": "text/csv"})
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert "Regulation (EEC, Euratom) No 1182/71" in row["counting"]
