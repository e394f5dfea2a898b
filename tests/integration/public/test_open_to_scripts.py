"""What is public and no page can be read by scripts of any site; the document of the API, too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

PAGE = "/p/tempus-serva"
FORMS = [f"{PAGE}.json", f"{PAGE}.csv", f"{PAGE}/changes.atom", f"{PAGE}/changes.json",
         f"{PAGE}/deadlines.ics", f"{PAGE}/ledger.jsonl", f"{PAGE}/schema.json",
         "/.well-known/sub-processors.json", "/openapi.json",
         "/asyncapi.json", "/.well-known/api-catalog"]  # fmt: skip
KEPT = Path("services/public/api/openapi.json")


@pytest.mark.parametrize("path", FORMS)
def test_a_script_of_any_site_reads_it(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_page_is_for_people(visitor: FlaskClient) -> None:
    assert "Access-Control-Allow-Origin" not in visitor.get(PAGE).headers


def test_a_script_may_ask_whether_its_copy_still_holds(visitor: FlaskClient) -> None:
    headers = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET",
               "Access-Control-Request-Headers": "if-none-match"}  # fmt: skip
    asked = visitor.options(f"{PAGE}.json", headers=headers)
    assert "If-None-Match" in asked.headers["Access-Control-Allow-Headers"]
    tag = visitor.get(f"{PAGE}.json").headers["ETag"]
    assert visitor.get(f"{PAGE}.json", headers={"If-None-Match": tag}).status_code == 304


def test_the_document_of_the_api_is_the_kept_one(visitor: FlaskClient) -> None:
    answer = visitor.get("/openapi.json")
    assert answer.mimetype == "application/json"
    here = KEPT.read_text("utf-8").replace("https://art28.example", "https://register.example")
    assert answer.get_data(as_text=True) == here
    [server] = answer.get_json()["servers"]
    assert server["url"] == "https://register.example"
    again = visitor.get("/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_catalogue_names_descriptions_that_are_there(visitor: FlaskClient) -> None:
    answer = visitor.get("/.well-known/api-catalog")
    assert answer.mimetype == "application/linkset+json"
    [entry] = json.loads(answer.data)["linkset"]
    named = [link["href"] for kind in ("service-desc", "service-doc", "status")
             for link in entry[kind]]  # fmt: skip
    assert len(named) == 4
    for address in named:
        path = address.removeprefix("https://register.example")
        assert visitor.get(path).status_code == 200, address
