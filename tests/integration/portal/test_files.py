"""What a customer takes with it: its last days as a calendar, its list as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar

from tests import builders
from tests.integration.portal.test_changes import told
from tests.vendor import Vendor

Json = dict[str, Any]
LINK = "/portal/v1/calendar-link"


def subscribed(vendor: Vendor, customer: Json) -> str:
    """The path and query of a new link of this customer."""
    made = urlsplit(vendor.stack.must(customer, "POST", LINK)["url"])
    return f"{made.path}?{made.query}"


def events(vendor: Vendor, link: str) -> list[Any]:
    answer = vendor.stack.ask(None, "GET", link)
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.data).walk("VEVENT"))


@pytest.mark.usefixtures("told_at_once")
def test_a_calendar_shows_the_last_day_of_each_open_change(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo", notice_days=30, objection_days=14)
    link = subscribed(baseline, customer)
    assert events(baseline, link) == []
    change = told(baseline, sub_processor=builders.sub_processor(legal_name="Mail Inc."))

    [event] = events(baseline, link)

    seen = baseline.stack.must(customer, "GET", f"/portal/v1/changes/{change['id']}")
    assert event["DTSTART"].dt.isoformat() == seen["objection_deadline"] == "2026-12-07"
    assert "Mail Inc." in event["SUMMARY"]
    assert "the change counts as accepted by you" in event["DESCRIPTION"]


@pytest.mark.usefixtures("told_at_once")
def test_what_is_withdrawn_leaves_the_calendar(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    change = told(baseline)
    link = subscribed(baseline, customer)
    assert len(events(baseline, link)) == 1

    baseline.must("POST", f"/changes/{change['id']}/withdraw", {"reason": "Not needed."})

    assert events(baseline, link) == []


@pytest.mark.usefixtures("told_at_once")
def test_the_titles_are_in_the_language_that_is_asked_for(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    told(baseline)
    link = subscribed(baseline, customer)
    titles = [events(baseline, f"{link}&language={it}")[0]["SUMMARY"] for it in ("da", "sv")]
    assert titles[0].startswith("Sidste dag for indsigelse")
    assert titles[1].startswith("Sista dag för invändning")


def test_a_new_link_ends_the_one_before_and_deleting_it_ends_all(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    first, second = (subscribed(baseline, customer) for _ in range(2))
    assert baseline.stack.ask(None, "GET", first).status_code == 404
    assert events(baseline, second) == []
    assert baseline.stack.ask(customer, "DELETE", LINK).status_code == 204
    gone = baseline.stack.ask(None, "GET", second)
    assert (gone.status_code, gone.json["code"]) == (404, "calendar-unknown")


def test_the_link_is_not_stored(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    link = subscribed(baseline, customer)
    token = link.partition("token=")[2]
    links = baseline.stack.database("notices").db["calendar_links"]
    assert links.count_documents({"_id": customer["org_id"]}) == 1
    assert not [kept for kept in links.find() if token in str(kept)]


def test_the_list_comes_as_csv_with_a_line_for_each_place(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    answer = baseline.stack.ask(customer, "GET", "/portal/v1/sub-processors.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    listed = baseline.stack.must(customer, "GET", "/portal/v1/sub-processors")["items"]
    places = [(it["id"], place["country"]) for it in listed for place in it["locations"]]
    assert [(row["id"], row["location_country"]) for row in rows] == places
    assert {row["processor"] for row in rows} == {baseline.slug}
    assert rows[0]["purpose_en"] == listed[0]["purpose"]["en"]
