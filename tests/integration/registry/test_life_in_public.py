"""Each step of a change's life in every public form: what is private is in none, and a reader that
goes by id and ``updated`` sees each step of what is public."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest

from tests import builders
from tests.integration.registry.importing import drafts, report, taken
from tests.vendor import Vendor

ATOM = "{http://www.w3.org/2005/Atom}"
# Words that only the change holds.
NAME, REASON, WITHDRAWN = "Kvikpost 7731 ApS", "Reason 7731", "Withdrawal 7731"
FORMS = ("", ".json", ".csv", ".jsonld", "/changes", "/changes.atom", "/changes.json",
         "/deadlines.ics", "/diff?from=2026-01-01&to=2027-12-31", "/ledger.jsonl")  # fmt: skip
DAYS = ("", "?as_of=2027-12-31")


class Seen(NamedTuple):
    """What the three feeds say of one change, and when the feed itself was updated."""

    atom: str | None
    json: str
    calendar: list[str]
    feed: str | None


def written(vendor: Vendor) -> dict[str, Any]:
    return vendor.draft(60, reason=REASON, sub_processor=builders.sub_processor(legal_name=NAME))


def public_text(vendor: Vendor) -> str:
    """All public forms of the register, today and on a day to come."""
    paths = [form + day for form in FORMS for day in (DAYS if form in FORMS[:4] else DAYS[:1])]
    answers = [vendor.stack.ask(None, "GET", f"/p/{vendor.slug}{path}") for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    return "\n".join(answer.text for answer in answers)


def seen(vendor: Vendor, change_id: str) -> Seen:
    page = f"/p/{vendor.slug}"
    feed = ET.fromstring(vendor.stack.ask(None, "GET", f"{page}/changes.atom").data)
    [entry] = [
        one for one in feed.iter(f"{ATOM}entry") if change_id in str(one.findtext(f"{ATOM}id"))
    ]
    items = vendor.stack.ask(None, "GET", f"{page}/changes.json").json["items"]
    [item] = [one for one in items if one["id"] == change_id]
    text = vendor.stack.ask(None, "GET", f"{page}/deadlines.ics").text.replace("\r\n ", "")
    [event] = [part for part in text.split("BEGIN:VEVENT") if f"UID:{change_id}@" in part]
    wanted = ("LAST-MODIFIED", "SEQUENCE", "STATUS")
    lines = [line for line in event.split("\r\n") if line.split(":")[0] in wanted]
    return Seen(entry.findtext(f"{ATOM}updated"), item["date_modified"], lines,
                feed.findtext(f"{ATOM}updated"))  # fmt: skip


def wait(vendor: Vendor, **more: int) -> None:
    """Pass time, and let pages that are kept go stale."""
    vendor.stack.now += timedelta(minutes=10, **more)
    vendor.stack.settle()


@pytest.mark.usefixtures("told_at_once")
def test_a_draft_is_in_no_public_form_and_discarded_it_never_was(baseline: Vendor) -> None:
    before = public_text(baseline)
    draft = written(baseline)

    assert public_text(baseline) == before
    gone = baseline.ask("DELETE", f"/changes/{draft['id']}", headers={"If-Match": '"r1"'})
    wait(baseline)

    assert (gone.status_code, gone.data) == (204, b"")
    assert "7731" not in public_text(baseline)
    assert baseline.ask("GET", f"/changes/{draft['id']}").status_code == 404
    assert baseline.must("GET", "/changes")["items"] == []
    assert len(baseline.ledger()) == 1


def test_a_draft_is_not_discarded_unseen_or_as_it_was_before(baseline: Vendor) -> None:
    path = f"/changes/{written(baseline)['id']}"
    baseline.ask("PATCH", path, {"reason": "Another"}, headers={"If-Match": '"r1"'})

    codes = [
        baseline.ask("DELETE", path, headers=headers).status_code
        for headers in ({}, {"If-Match": '"r1"'}, {"If-Match": '"r2"'}, {"If-Match": '"r2"'})
    ]

    assert codes == [428, 412, 204, 404]


def test_what_was_announced_is_not_discarded_and_a_draft_is_not_withdrawn(
    baseline: Vendor,
) -> None:
    draft, announced = baseline.draft(), baseline.announced()

    kept = baseline.ask("DELETE", f"/changes/{announced['id']}", headers={"If-Match": '"r2"'})
    stays = baseline.ask("POST", f"/changes/{draft['id']}/withdraw", {"reason": "x"})

    assert [(each.status_code, each.json["code"]) for each in (kept, stays)] == [
        (409, "change-status"), (409, "change-status"),
    ]  # fmt: skip
    assert "withdrawn" in kept.json["detail"]
    assert "DELETE" in stays.json["detail"]
    assert baseline.must("GET", f"/changes/{draft['id']}")["status"] == "draft"


def test_a_draft_that_was_withdrawn_in_earlier_versions_is_nowhere_and_can_be_discarded(
    baseline: Vendor,
) -> None:
    draft = written(baseline)
    stored = {"status": "withdrawn", "ended_at": baseline.stack.now, "revision": 2,
              "withdrawal_reason": WITHDRAWN}  # fmt: skip
    changes = baseline.stack.database("registry").db["changes"]
    changes.update_one({"_id": draft["id"]}, {"$set": stored})
    customer = baseline.customer("nordbo")

    path = f"/portal/v1/changes/{draft['id']}"

    assert "7731" not in public_text(baseline)
    assert baseline.stack.ask(customer, "GET", path).status_code == 404
    gone = baseline.ask("DELETE", f"/changes/{draft['id']}", headers={"If-Match": '"r2"'})
    assert gone.status_code == 204


def test_rows_of_an_import_say_that_their_draft_was_discarded(baseline: Vendor) -> None:
    told = taken(baseline, f"Name,Location\n{NAME},Ireland\nOther ApS,Ireland\n")
    first, second = sorted(drafts(baseline), key=lambda each: each["id"])
    baseline.ask("DELETE", f"/changes/{first['id']}", headers={"If-Match": '"r1"'})

    now = report(baseline, told["id"])
    rows = baseline.must("GET", f"/imports/{told['id']}/rows")["items"]

    assert (told["drafted"], told["discarded"]) == (2, 0)
    assert (now["drafted"], now["discarded"], now["status"]) == (1, 1, "done")
    assert sorted((row["state"], row["change_id"] or "") for row in rows) == [
        ("discarded", ""), ("drafted", second["id"]),
    ]  # fmt: skip


def test_a_reader_of_feeds_sees_a_withdrawal(baseline: Vendor) -> None:
    change = written(baseline)
    baseline.must("POST", f"/changes/{change['id']}/announce")
    first = seen(baseline, change["id"])
    wait(baseline)

    baseline.must("POST", f"/changes/{change['id']}/withdraw", {"reason": WITHDRAWN})
    then = seen(baseline, change["id"])

    assert first == Seen(
        "2026-11-23T09:30:00+00:00", "2026-11-23T09:30:00Z",
        ["LAST-MODIFIED:20261123T093000Z", "SEQUENCE:0", "STATUS:CONFIRMED"],
        "2026-11-23T09:30:00+00:00",
    )  # fmt: skip
    assert then == Seen(
        "2026-11-23T09:40:00+00:00", "2026-11-23T09:40:00Z",
        ["LAST-MODIFIED:20261123T094000Z", "SEQUENCE:1", "STATUS:CANCELLED"],
        "2026-11-23T09:40:00+00:00",
    )  # fmt: skip
    assert WITHDRAWN in public_text(baseline)


def test_a_reader_of_feeds_sees_a_change_take_effect(baseline: Vendor) -> None:
    change = written(baseline)
    baseline.must("POST", f"/changes/{change['id']}/announce")
    first = seen(baseline, change["id"])

    wait(baseline, days=61)
    then = seen(baseline, change["id"])

    assert first.calendar[1] == "SEQUENCE:0"
    assert then.atom == then.feed == "2027-01-23T09:40:00+00:00"
    assert then.json == "2027-01-23T09:40:00Z"
    assert then.calendar == ["LAST-MODIFIED:20270123T094000Z", "SEQUENCE:1", "STATUS:CONFIRMED"]
