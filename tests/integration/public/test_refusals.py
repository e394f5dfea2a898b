"""Bad questions and bad days: a page for people, a problem document for programs."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from shared.auth import DOOR
from tests.integration.public.fake_registry import FakeRegistry

PAGE = "/p/tempus-serva"


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("as_of=yesterday", "“as_of” must be a day such as 2026-11-22, not “yesterday”."),
        ("as_of=20261122", "must be a day"),
        ("as_of=2026-02-30", "must be a day"),
        ("lang=pl", "The language “pl” is not offered. Offered: en, da, sv, de, nb, fi, fr, nl."),
        ("page=two", "“page” must be a number or “all”, not “two”."),
        ("verdict=fine", "“verdict” must be one of missing, no_place,"),
        ("outside_eea=maybe", "“outside_eea” must be one of 1, 0"),
        ("country=Denmark", "two letters such as DK"),
        ("q=a&q=b", "“q” is given more than once."),
        ("q=" + "a" * 101, "longer than 100 characters"),
    ],
)
def test_a_bad_query_is_refused_with_a_clear_text(
    visitor: FlaskClient, query: str, says: str
) -> None:
    page = visitor.get(f"{PAGE}?{query}")
    assert page.status_code == 400
    assert page.content_type == "text/html; charset=utf-8"
    assert says in page.text
    problem = visitor.get(f"{PAGE}.json?{query}")
    assert problem.status_code == 400
    assert problem.content_type == "application/problem+json"
    assert problem.get_json()["code"] == "bad-query"
    assert says in problem.get_json()["detail"]


def test_a_host_that_is_none_is_refused_as_a_problem(visitor: FlaskClient) -> None:
    answer = visitor.get("/", headers={"Host": "a..example"})
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_what_links_gather_on_their_way_is_ignored(visitor: FlaskClient) -> None:
    answer = visitor.get(f"{PAGE}?lang=en&utm_source=mail&fbclid=1&fbclid=2")
    assert answer.status_code == 200


def test_an_empty_field_of_the_form_means_nothing(visitor: FlaskClient) -> None:
    assert visitor.get(f"{PAGE}?as_of=&country=&category=&q=").status_code == 200


@pytest.mark.parametrize("suffix", [".json", ".csv", ".pdf", "/changes.atom", "/ledger.jsonl"])
def test_an_unknown_register_is_a_problem_for_programs(visitor: FlaskClient, suffix: str) -> None:
    answer = visitor.get(f"/p/nobody{suffix}")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("path", ["/p/nobody", "/p/UPPER", "/p/../etc", "/nowhere", "/p/a%00b"])
def test_an_unknown_address_is_a_friendly_page(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert "This page does not exist" in answer.text


@pytest.mark.parametrize("path", ["/sub-processors/sub_none", "/changes/chg_none", "?verdict=x"])
@pytest.mark.parametrize(
    ("language", "says"), [("en", "Back to"), ("da", "Tilbage til"), ("sv", "Tillbaka till")]
)
def test_who_went_astray_is_led_back_to_the_vendor_in_the_same_language(
    visitor: FlaskClient, path: str, language: str, says: str
) -> None:
    mark = "&" if "?" in path else "?"
    answer = visitor.get(f"{PAGE}{path}{mark}lang={language}")
    assert answer.status_code in (400, 404)
    back = rf'<a dir="auto" href="{PAGE}\?lang={language}">{says} '
    assert re.search(back + ".*Tempus Serva ApS", answer.text)


def test_nobody_learns_of_a_register_that_is_not_public_by_going_astray(
    visitor: FlaskClient, registry: FakeRegistry
) -> None:
    registry.published = False
    answer = visitor.get(f"{PAGE}/changes/chg_none?lang=en")
    assert answer.status_code == 404
    assert "Tempus Serva" not in answer.text


@pytest.mark.parametrize("path", ["/nowhere", "/p/nobody", "/p/UPPER", "/indentity/v1/token"])
@pytest.mark.parametrize(
    "accept",
    ["application/json", "*/*", "", "application/problem+json, */*;q=0.1",
     "text/html;q=0.5, application/json", "text/html, application/json"],
)  # fmt: skip
def test_a_program_that_does_not_ask_for_a_page_gets_a_problem(
    visitor: FlaskClient, path: str, accept: str
) -> None:
    answer = visitor.get(path, headers={"Accept": accept})
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert answer.get_json()["code"] == "not-found"
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize("accept", ["text/html", "text/*", "application/json;q=0.9, text/html"])
def test_who_likes_a_page_best_gets_one(visitor: FlaskClient, accept: str) -> None:
    answer = visitor.get("/nowhere", headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_a_registry_that_is_away_is_told_kindly(
    visitor: FlaskClient, registry: FakeRegistry
) -> None:
    registry.away = True
    page = visitor.get(f"{PAGE}?lang=sv")
    assert page.status_code == 503
    assert "Registret svarar inte just nu" in page.text
    assert page.headers["Retry-After"]
    assert page.headers["Cache-Control"] == "no-store"
    problem = visitor.get(f"{PAGE}.json")
    assert (problem.status_code, problem.get_json()["code"]) == (503, "temporarily-unavailable")


def test_nothing_can_be_written(visitor: FlaskClient) -> None:
    answer = visitor.post(PAGE)
    assert answer.status_code == 405
    assert answer.headers["Allow"]


def test_health_says_whether_the_registry_answers(
    visitor: FlaskClient, registry: FakeRegistry
) -> None:
    assert visitor.get("/healthz").status_code == 200
    assert visitor.get("/readyz").status_code == 200
    registry.away = True
    assert visitor.get("/readyz").status_code == 503


def test_every_route_says_that_it_is_public(visitor: FlaskClient) -> None:
    views = visitor.application.view_functions
    assert {name for name, view in views.items() if getattr(view, DOOR, "") != "public"} == set()
