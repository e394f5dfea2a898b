"""Since when, until when, and what comes next: the entry's own days, in every form of the list."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest

from tests import builders
from tests.pdf import text_of
from tests.vendor import Vendor

Json = dict[str, Any]
pytestmark = pytest.mark.usefixtures("told_at_once")


def host(vendor: Vendor, **query: str) -> Json:
    answer = vendor.ask("GET", "/sub-processors", query_string=query).json
    found: Json = next(item for item in answer["items"] if "ost" in item["legal_name"])
    return found


def days_of(entry: Json) -> tuple[Any, Any, Any]:
    coming = entry["next_change"] or {}
    return entry["listed_since"], entry["listed_until"], coming.get("effective_on")


def renamed(vendor: Vendor, name: str = "New Hosting Ltd", days: int = 60) -> Json:
    place = [{"country": "IE", "kind": "storage"}]
    entry = builders.sub_processor(legal_name=name, country="IE", locations=place)
    return vendor.announced(days, kind="modify", sub_processor_id=host(vendor)["id"],
                            sub_processor=entry)  # fmt: skip


def after(vendor: Vendor, days: int) -> None:
    vendor.stack.now += timedelta(days=days, minutes=10)
    vendor.stack.settle()


def forms(vendor: Vendor, query: str = "") -> Json:
    """What each public form of the list says of the days of its only entry."""

    def ask(path: str) -> Any:
        return vendor.stack.ask(None, "GET", f"/p/{vendor.slug}{path}")

    item = ask(f".json{query}").json["items"][0]
    row = next(csv.DictReader(io.StringIO(ask(f".csv{query}").text)))
    graph = json.loads(ask(f".jsonld{query}").text)["dpv:hasDataProcessor"][1]
    page = re.sub(r"<[^>]+>", " ", ask(f"{query or '?'}&lang=en".replace("?&", "?")).text)
    more = query.replace("?", "&")
    return {
        "json": days_of(item),
        "csv": tuple(
            row[name] or None for name in ("listed_since", "listed_until", "next_change_on")
        ),
        "json-ld": (graph.get("schema:validFrom", {}).get("@value"),
                    graph.get("schema:validThrough", {}).get("@value"),
                    graph.get("art28:nextChange", {}).get("dct:date", {}).get("@value")),
        "page": " ".join(page.split()), "pdf": text_of(ask(f".pdf?lang=en{more}").data),
    }  # fmt: skip


def test_a_renamed_entry_keeps_its_day_and_a_changing_one_does_not_seem_to_end(
    baseline: Vendor,
) -> None:
    change = renamed(baseline)
    day = change["effective_on"]

    assert days_of(host(baseline)) == ("2026-01-01", None, day)
    assert host(baseline)["next_change"] == {
        "change_id": change["id"], "kind": "modify", "effective_on": day,
    }  # fmt: skip
    assert host(baseline)["valid_to"] < day  # The days of the row are told apart.
    assert days_of(host(baseline, as_of=day)) == ("2026-01-01", None, None)
    after(baseline, 61)
    assert host(baseline)["legal_name"] == "New Hosting Ltd"
    assert days_of(host(baseline)) == ("2026-01-01", None, None)
    assert host(baseline)["valid_from"] == day


def test_every_public_form_tells_the_days_of_the_entry(baseline: Vendor) -> None:
    day = renamed(baseline)["effective_on"]
    before = forms(baseline)
    then = forms(baseline, f"?as_of={day}")

    assert before["json"] == before["csv"] == before["json-ld"] == ("2026-01-01", None, day)
    assert then["json"] == then["csv"] == then["json-ld"] == ("2026-01-01", None, None)
    assert "On the list since 1 January 2026, changes on 22 January 2027" in before["page"]
    assert "Next change: changes on 22 January 2027" in before["pdf"]
    assert "On the list since: 1 January 2026" in before["pdf"]
    for form in (then["page"], then["pdf"]):
        assert "22 January 2027, changes" not in form
        assert "until" not in form.partition("On the list since")[2][:60]
    assert "On the list since 1 January 2026" in then["page"]


def test_the_end_of_an_entry_is_told_with_its_last_day(baseline: Vendor) -> None:
    entry = host(baseline)["id"]
    change = baseline.announced(60, kind="remove", sub_processor=None, sub_processor_id=entry)

    assert days_of(host(baseline)) == ("2026-01-01", "2027-01-21", "2027-01-22")
    assert host(baseline)["next_change"]["kind"] == "remove"
    assert "On the list since 1 January 2026, until 21 January 2027" in forms(baseline)["page"]
    baseline.must("POST", f"/changes/{change['id']}/withdraw", {"reason": "Kept"})
    assert days_of(host(baseline)) == ("2026-01-01", None, None)


def test_an_entry_that_is_replaced_ends_and_the_new_one_begins(baseline: Vendor) -> None:
    old = host(baseline)["id"]
    change = baseline.announced(60, kind="replace", sub_processor_id=old,
                                sub_processor=builders.sub_processor())  # fmt: skip

    told = host(baseline)

    assert days_of(told) == ("2026-01-01", "2027-01-21", "2027-01-22")
    assert (told["next_change"]["change_id"], told["next_change"]["kind"]) == (
        change["id"], "replace",
    )  # fmt: skip
    later = baseline.ask("GET", "/sub-processors", query_string={"as_of": "2027-01-22"}).json
    assert [days_of(item) for item in later["items"]] == [("2027-01-22", None, None)]


def test_a_draft_changes_no_day(baseline: Vendor) -> None:
    before = host(baseline)
    baseline.draft(60, kind="remove", sub_processor=None, sub_processor_id=before["id"])

    assert host(baseline) == before


def test_what_was_known_at_an_instant_knows_no_later_change(baseline: Vendor) -> None:
    known = baseline.stack.now
    baseline.stack.now += timedelta(hours=1)
    change = renamed(baseline)
    between = baseline.stack.now
    baseline.stack.now += timedelta(hours=1)
    baseline.must("POST", f"/changes/{change['id']}/withdraw", {"reason": "Not now"})

    def told(at: Any) -> tuple[Any, Any, Any]:
        return days_of(host(baseline, recorded_as_of=at.isoformat()))

    assert told(known) == ("2026-01-01", None, None)
    assert told(between) == ("2026-01-01", None, change["effective_on"])
    assert told(baseline.stack.now) == ("2026-01-01", None, None)


def test_customers_read_the_days_in_the_portal(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    day = renamed(baseline)["effective_on"]

    path = f"/portal/v1/sub-processors?processor={baseline.slug}"
    [item] = baseline.stack.must(customer, "GET", path)["items"]

    assert days_of(item) == ("2026-01-01", None, day)


def test_a_day_that_is_past_shows_what_was_announced_by_then(baseline: Vendor) -> None:
    coming = "Coming changes"
    first = renamed(baseline, "First Hosting Ltd")
    after(baseline, 10)
    baseline.announced(60)
    after(baseline, 10)

    def shown(as_of: str) -> list[str]:
        page = baseline.stack.ask(None, "GET", f"/p/{baseline.slug}?lang=en&as_of={as_of}").text
        section = page.partition(coming)[2].partition("</section>")[0]
        return [name for name in ("Mailer Inc.", "First Hosting Ltd") if name in section]

    assert shown("2026-11-22") == []
    assert shown("2026-11-23") == ["First Hosting Ltd"]
    assert shown("2026-12-03") == ["Mailer Inc.", "First Hosting Ltd"]
    assert shown(first["effective_on"]) == ["Mailer Inc."]
    baseline.must("POST", f"/changes/{first['id']}/withdraw", {"reason": "No"})
    baseline.stack.now += timedelta(minutes=10)
    assert shown("2026-12-12") == ["Mailer Inc.", "First Hosting Ltd"]
    assert shown(str(baseline.today)) == ["Mailer Inc."]
