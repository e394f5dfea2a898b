"""Answers can be kept by anybody, and are asked again cheaply."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.integration.public.fake_registry import FakeRegistry

PAGE = "/p/tempus-serva"
RULE = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
PATHS = [PAGE, f"{PAGE}.json", f"{PAGE}.csv", f"{PAGE}.jsonld", f"{PAGE}.pdf", f"{PAGE}/changes",
         f"{PAGE}/changes.atom", f"{PAGE}/changes.json", f"{PAGE}/deadlines.ics", f"{PAGE}/diff",
         f"{PAGE}/schema.json", f"{PAGE}/ledger.jsonl", "/",
         "/.well-known/sub-processors.json"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_contracts_headers_and_gives_304(
    visitor: FlaskClient, path: str
) -> None:
    answer = visitor.get(path, buffered=True)
    assert answer.headers["Cache-Control"] == RULE
    again = visitor.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == answer.headers["ETag"]
    assert again.headers["Cache-Control"] == RULE


@pytest.mark.parametrize("path", [*PATHS, f"{PAGE}/checkpoints.json"])
def test_another_version_than_if_match_asks_for_is_a_refusal(
    visitor: FlaskClient, path: str
) -> None:
    etag = visitor.get(path, buffered=True).headers["ETag"]
    program = {"Accept": "application/json"}
    refused = visitor.get(path, headers={"If-Match": '"another"', **program})
    assert (refused.status_code, refused.content_type) == (412, "application/problem+json")
    assert refused.get_json()["code"] == "precondition-failed"
    assert visitor.get(path, headers={"If-Match": etag}, buffered=True).status_code == 200


def test_last_modified_is_the_register_or_the_day_whichever_is_later(visitor: FlaskClient) -> None:
    answer = visitor.get(PAGE)
    assert answer.headers["Last-Modified"] == "Sun, 22 Nov 2026 00:00:00 GMT"
    since = {"If-Modified-Since": answer.headers["Last-Modified"]}
    assert visitor.get(PAGE, headers=since).status_code == 304


def test_languages_and_queries_have_their_own_etags(visitor: FlaskClient) -> None:
    asked = [f"{PAGE}?lang=en", f"{PAGE}?lang=da", f"{PAGE}?lang=en&as_of=2026-12-24"]
    assert len({visitor.get(path).headers["ETag"] for path in asked}) == 3


def test_a_warm_page_asks_only_for_the_head(visitor: FlaskClient, registry: FakeRegistry) -> None:
    visitor.get(PAGE)
    registry.asked.clear()
    visitor.get(PAGE)
    assert dict(registry.asked) == {"processor": 1}


def test_a_search_reads_neither_list_nor_law_anew(
    visitor: FlaskClient, registry: FakeRegistry
) -> None:
    place = {"country": "US", "kind": "storage", "verdict": {"status": "missing", "regime": "EU"}}
    registry.entries = [{**entry, "locations": [place]} for entry in registry.entries]
    visitor.get(PAGE)
    assert (registry.asked["sub_processors"], registry.asked["pending_law"]) == (1, 1)
    visitor.get(f"{PAGE}?q=amazon")
    assert (registry.asked["sub_processors"], registry.asked["pending_law"]) == (1, 1)


def test_a_change_shows_at_once(visitor: FlaskClient, registry: FakeRegistry) -> None:
    registry.all_changes = []
    before = visitor.get(f"{PAGE}?lang=en")
    assert "No change is announced." in before.text
    registry.all_changes = FakeRegistry().all_changes
    registry.sequence += 1
    after = visitor.get(f"{PAGE}?lang=en")
    assert "Postvogn" in after.text
    assert after.headers["ETag"] != before.headers["ETag"]


def test_the_last_copy_is_served_while_the_registry_is_away(
    visitor: FlaskClient, registry: FakeRegistry
) -> None:
    first = visitor.get(PAGE)
    registry.away = True
    assert visitor.get(PAGE).data == first.data


def test_head_is_answered_without_a_body(visitor: FlaskClient) -> None:
    answer = visitor.head(PAGE)
    assert (answer.status_code, answer.data) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 5000
