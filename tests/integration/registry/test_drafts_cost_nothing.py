"""What the public reads of changes: those that were announced, and no draft is even looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shared.documents import Document
from tests.vendor import Vendor

DRAFTS = 10_000


@pytest.fixture
def crowded(baseline: Vendor) -> Iterator[Vendor]:
    """A vendor with one announced change and very many drafts, half of them older than it."""
    changes = baseline.stack.database("registry").db["changes"]
    draft = changes.find_one({"_id": baseline.draft()["id"]})
    assert draft is not None
    changes.insert_many([{**draft, "_id": f"chg_0{n:06}"} for n in range(DRAFTS // 2)])
    baseline.announced()
    changes.insert_many([{**draft, "_id": f"chg_z{n:06}"} for n in range(DRAFTS // 2)])
    yield baseline
    changes.delete_many({"processor_id": draft["processor_id"], "status": "draft"})


def test_only_the_announced_change_is_read_among_ten_thousand_drafts(crowded: Vendor) -> None:
    with profiled(crowded) as seen:
        page = crowded.stack.ask(None, "GET", f"/p/{crowded.slug}/changes.json?lang=en")

    assert [each["title"] for each in page.json["items"]] == ["New sub-processor: Mailer Inc."]
    asked = [each for each in seen if each["ns"].endswith(".changes")]
    assert asked
    # What examines nothing, such as the rest of an answer, does not say so.
    assert sum(each.get("docsExamined", 0) for each in asked) == 1
    assert sum(each.get("keysExamined", 0) for each in asked) <= 2


def test_a_vendor_pages_through_its_drafts(crowded: Vendor) -> None:
    page = crowded.must("GET", "/changes?status=draft&limit=200")
    assert len(page["items"]) == 200
    assert page["next_cursor"]


@contextmanager
def profiled(vendor: Vendor) -> Iterator[list[Document]]:
    """What MongoDB did for the registry within the block; filled in at its end."""
    database = vendor.stack.database("registry").db
    seen: list[Document] = []
    database.command("profile", 2)
    try:
        yield seen
    finally:
        database.command("profile", 0)
        seen += database["system.profile"].find()
        database["system.profile"].drop()
