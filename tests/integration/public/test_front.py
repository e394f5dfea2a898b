"""A page asked for twice in a moment is handed out again without asking anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from services.public.app import create_app
from services.public.front import Front
from services.public.own_hosts import OwnHosts
from tests.integration.public.conftest import NOW, settings
from tests.integration.public.fake_registry import FakeDocuments, FakeRegistry

PAGE = "/p/tempus-serva?lang=en"


class Watch:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def quick(registry: FakeRegistry, watch: Watch) -> Iterator[FlaskClient]:
    app = create_app(
        replace(settings(), fresh_seconds=5.0), registry=registry, documents=FakeDocuments(),
        now=lambda: NOW, monotonic=watch,
    )  # fmt: skip
    assert isinstance(app.wsgi_app, OwnHosts)
    assert isinstance(app.wsgi_app.app, Front)
    with app.test_client() as client:
        yield client


def test_it_works(quick: FlaskClient, registry: FakeRegistry) -> None:
    first = quick.get(PAGE)
    registry.asked.clear()
    again = quick.get(PAGE)
    assert again.data == first.data
    assert not registry.asked


def test_the_headers_are_the_same_but_for_the_request_id(quick: FlaskClient) -> None:
    first, again = quick.get(PAGE), quick.get(PAGE)
    ids = {one.headers.pop("X-Request-Id") for one in (first, again)}
    assert dict(first.headers) == dict(again.headers)
    assert len(ids) == 2


def test_if_match_is_decided_by_the_app(quick: FlaskClient) -> None:
    etag = quick.get(PAGE).headers["ETag"]
    conditions = {"If-None-Match": etag, "If-Match": '"another"'}
    assert quick.get(PAGE, headers=conditions).status_code == 412


def test_a_visitors_own_request_id_is_kept_when_it_is_one(quick: FlaskClient) -> None:
    quick.get(PAGE)
    kept = quick.get(PAGE, headers={"X-Request-Id": "visitor-0001"})
    assert kept.headers["X-Request-Id"] == "visitor-0001"
    refused = quick.get(PAGE, headers={"X-Request-Id": "no spaces please"})
    assert refused.headers["X-Request-Id"].startswith("req_")


def test_an_unchanged_page_is_304_with_the_headers_of_one(quick: FlaskClient) -> None:
    etag = quick.get(PAGE).headers["ETag"]
    answer = quick.get(PAGE, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == etag
    assert "Content-Type" not in answer.headers
    assert answer.headers["Cache-Control"].startswith("public")
    assert quick.get(PAGE, headers={"If-None-Match": '"other"'}).status_code == 200


def test_each_language_a_browser_asks_for_has_its_own_answer(quick: FlaskClient) -> None:
    told = {tag: quick.get("/p/tempus-serva", headers={"Accept-Language": tag}).text
            for tag in ("en", "da", "en")}  # fmt: skip
    assert '<html lang="en">' in told["en"]
    assert '<html lang="da">' in told["da"]


def test_after_the_fresh_moment_the_register_is_asked(
    quick: FlaskClient, registry: FakeRegistry, watch: Watch
) -> None:
    quick.get(PAGE)
    registry.all_changes, registry.sequence = [], 3
    assert "Postvogn" in quick.get(PAGE).text
    watch.now += 5.0
    assert "Postvogn" not in quick.get(PAGE).text
    assert "Postvogn" not in quick.get(PAGE).text


def test_errors_are_never_handed_out_again(quick: FlaskClient, registry: FakeRegistry) -> None:
    registry.away = True
    assert quick.get(PAGE).status_code == 503
    registry.away = False
    assert quick.get(PAGE).status_code == 200


def test_head_and_post_go_to_the_app(quick: FlaskClient) -> None:
    quick.get(PAGE)
    assert quick.head(PAGE).data == b""
    assert quick.post(PAGE).status_code == 405
