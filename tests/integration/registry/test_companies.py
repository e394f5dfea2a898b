"""The catalogue of companies over HTTP: it pages, and tells no vendor of another's entries."""

from __future__ import annotations

from typing import Any

import pytest

from services.registry.model.companies import shipped
from shared.pagination import write_cursor
from tests import builders
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

PATH = "/registry/v1/companies"


def asked(stack: Stack, client: dict[str, Any], **query: Any) -> Any:
    return stack.ask(client, "GET", PATH, query_string=query)


def own(stack: Stack, client: dict[str, Any]) -> list[dict[str, Any]]:
    """The items that are own entries, of all pages."""
    return [each for each in every(stack, client) if each["from"] == "own_entries"]


def every(stack: Stack, client: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = asked(stack, client, **query, **cursor).json
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = {"cursor": page["next_cursor"]}


def test_it_is_found_by_name_with_the_source_of_each_member(vendor: Vendor) -> None:
    page = asked(vendor.stack, vendor.client, q="cloud-FLARE").json

    [found] = page["items"]
    assert found["legal_name"] == "Cloudflare, Inc."
    assert found["country"] == "US"
    assert found["from"] == "catalogue"
    assert found["dpf_name"] is None
    told = {name for name in found if found[name] is not None} - {"sources", "from"}
    assert {*found["sources"]} == told
    assert all(each["url"] and each["read_on"] for each in found["sources"].values())


def test_it_says_that_it_is_no_evidence(vendor: Vendor) -> None:
    page = asked(vendor.stack, vendor.client, q="no such company").json

    assert page["items"] == []
    assert "never evidence" in page["note"]
    assert {*page["note_by_language"]} == {"en", "da", "sv"}


def test_it_pages_over_all_once(baseline: Vendor) -> None:
    whole = every(baseline.stack, baseline.client, limit=7)

    assert len(whole) == len(shipped()) + 1
    assert whole == every(baseline.stack, baseline.client, limit=200)


def test_own_entries_are_there_with_their_path_and_day(baseline: Vendor) -> None:
    [entry] = own(baseline.stack, baseline.client)

    assert entry["name"] == entry["legal_name"] == "Hosting Ltd"
    source = entry["sources"]["country"]
    assert source["read_on"] == baseline.today.isoformat()
    assert baseline.stack.must(baseline.client, "GET", source["url"])["legal_name"] == "Hosting Ltd"
    assert "dpf_name" not in entry["sources"]
    assert "own_list_url" not in entry["sources"]


def test_nobody_else_sees_them_not_even_the_platform_or_a_customer(baseline: Vendor) -> None:
    stack = baseline.stack
    rival = new_client(stack, "rival", ["processor"], PROCESSOR_SCOPES)
    for other in (rival, stack.admin):
        assert asked(stack, other, q="Hosting Ltd").json["items"] == []
        assert len(every(stack, other)) == len(shipped())
    assert asked(stack, baseline.customer("nordbo")).status_code == 403
    assert len(own(stack, baseline.client)) == 1


def test_a_draft_is_none_of_them_and_what_is_announced_is(baseline: Vendor) -> None:
    change = baseline.draft(sub_processor=builders.sub_processor(legal_name="Later Ltd"))
    assert [each["name"] for each in own(baseline.stack, baseline.client)] == ["Hosting Ltd"]

    baseline.must("POST", f"/changes/{change['id']}/announce")

    names = [each["name"] for each in own(baseline.stack, baseline.client)]
    assert names == ["Hosting Ltd", "Later Ltd"]


def test_a_draft_filled_in_from_it_keeps_no_link_that_could_be_proof(baseline: Vendor) -> None:
    [found] = asked(baseline.stack, baseline.client, q="Algolia").json["items"]
    taken = {name: found[name] for name in ("legal_name", "country", "address", "website")}
    bare = [{"country": "US", "kind": "storage"}]
    entry = builders.sub_processor(**taken, locations=bare)

    drafted = baseline.draft(sub_processor=entry)
    unknown = baseline.draft(sub_processor={**entry, "legal_name": "Nobody Knows Inc."})

    assert "sources" not in str(drafted)
    assert found["sources"]["name"]["url"] not in str(drafted)
    one, other = (each["sub_processor"]["locations"] for each in (drafted, unknown))
    assert one == other
    for member in ("sources", "dpf_name"):
        body = {"kind": "add", "reason": "x", "effective_on": "2027-03-01",
                "sub_processor": {**entry, member: found["sources"]}}  # fmt: skip
        answer = baseline.ask("POST", "/changes", body)
        assert answer.status_code == 422
        assert answer.json["errors"][0]["code"] == "unknown-field"


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0}, {"limit": 201}, {"limit": "x"}, {"q": " "}, {"q": "a\nb"},
        {"q": "\x00"}, {"q": "a" * 201}, {"cursor": "x" * 501}, {"name": "x"},
    ],
)  # fmt: skip
def test_a_bad_query_is_refused(vendor: Vendor, query: dict[str, Any]) -> None:
    assert asked(vendor.stack, vendor.client, **query).status_code == 422


@pytest.mark.parametrize("cursor", ["x", "%00", write_cursor("changes._id", "a"),
                                    write_cursor("companies", 7)])  # fmt: skip
def test_a_cursor_of_another_list_is_refused(vendor: Vendor, cursor: str) -> None:
    answer = asked(vendor.stack, vendor.client, cursor=cursor)

    assert (answer.status_code, answer.json["code"]) == (400, "cursor-invalid")


def test_without_its_scope_nobody_reads_it(vendor: Vendor) -> None:
    other = new_client(vendor.stack, "other", ["processor"], ["agreements:read"])

    assert asked(vendor.stack, other).status_code == 403
    assert vendor.stack.ask(None, "GET", PATH).status_code == 401
