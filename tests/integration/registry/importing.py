"""A vendor that takes in lists, as the tests of imports speak of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from services.registry.schemas.imports import content_of
from services.registry.use_cases.importing import Importing
from tests.stack import until_rest
from tests.vendor import Vendor

LISTS = json.loads(
    (Path(__file__).parents[2] / "data" / "published-lists.json").read_text("utf-8")
)["vendors"]
DAY = "2027-03-01"


def begin(vendor: Vendor, body: Any, **query: str) -> str:
    """Send a file; the id of its import. A text is CSV, anything else JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    kind = "text/csv" if isinstance(body, str) else "application/json"
    answer = vendor.ask(
        "POST", "/import", data=text.encode(), content_type=kind,
        query_string={"effective_on": DAY, **query},
    )  # fmt: skip
    assert answer.status_code == 202, answer.text
    assert answer.json is not None
    assert answer.headers["Location"].endswith(f"/imports/{answer.json['id']}")
    return str(answer.json["id"])


def work(vendor: Vendor) -> None:
    """What the loop ``registry.imports`` does."""
    until_rest(Importing(vendor.stack.registry, content_of).run_once, 2_000)


def report(vendor: Vendor, import_id: str) -> dict[str, Any]:
    told: dict[str, Any] = vendor.must("GET", f"/imports/{import_id}")
    return told


def taken(vendor: Vendor, body: Any, **query: str) -> dict[str, Any]:
    """The report of an import that has come to rest."""
    import_id = begin(vendor, body, **query)
    work(vendor)
    return report(vendor, import_id)


def answered(
    vendor: Vendor, told: dict[str, Any], answers: dict[str, list[str]], **more: Any
) -> dict[str, Any]:
    """Answer every question by its text; the report of what came of it."""
    given = [
        {"id": each["id"], "values": answers[each["text"]], **more} for each in told["questions"]
    ]
    vendor.must("POST", f"/imports/{told['id']}/answers", {"answers": given})
    work(vendor)
    return report(vendor, told["id"])


def drafts(vendor: Vendor) -> list[dict[str, Any]]:
    """All drafts, in the order in which they were made."""
    found, cursor = [], ""
    while True:
        query = f"?status=draft&limit=200{f'&cursor={cursor}' if cursor else ''}"
        page = vendor.must("GET", f"/changes{query}")
        found += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return found[::-1]


def adopt(vendor: Vendor) -> None:
    """Announce all drafts and let their day come."""
    for change in drafts(vendor):
        announced = vendor.ask("POST", f"/changes/{change['id']}/announce")
        assert announced.status_code == 200, announced.text
    while vendor.today.isoformat() < DAY:
        vendor.stack.pass_time(days=30)
    vendor.stack.go_live()
