"""Every route that clients build on exists and is described (``contract.txt``)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import Client

from deploy.wsgi import NAMES
from tests.stack import Stack

Route = tuple[str, str, str]
CONTRACT = (Path(__file__).parent / "contract.txt").read_text("utf-8")


def routes(mark: str) -> list[Route]:
    """The routes of the contract whose line begins with ``mark``."""
    lines = re.findall(rf"^{mark}(\w+) ([A-Z]+) (/\S+)$", CONTRACT, re.MULTILINE)
    return [(service, method, nameless(path)) for service, method, path in lines]


def nameless(path: str) -> str:
    return re.sub(r"<[^>]+>|\{\w+\}", "{}", path)


def described(service: str, app: Flask) -> set[Route]:
    """What the OpenAPI document of ``service`` holds; ``public`` has pages instead of one."""
    if service == "public":
        return {
            ("public", method, nameless(rule.rule))
            for rule in app.url_map.iter_rules()
            for method in rule.methods or ()
        }
    document = Client(app).get("/openapi.json").json
    assert document is not None
    return {
        (service, method.upper(), nameless(path))
        for path, operations in document["paths"].items()
        for method in operations
    }


@pytest.fixture
def built(mongo_url: str, database_name: str) -> set[Route]:
    apps = Stack(mongo_url, database_name).apps
    return {route for name in NAMES for route in described(name, apps[name])}


def test_every_route_of_the_contract_is_there(built: set[Route]) -> None:
    assert [each for each in routes("") if each not in built] == []


def test_what_is_marked_as_not_built_yet_is_not_built(built: set[Route]) -> None:
    assert [each for each in routes(r"\? ") if each in built] == []
