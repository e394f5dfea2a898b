"""No input is a 500: whatever a parser, a codec or a comparison refuses is a refusal in our form.

Every method and address of every app, asked by nobody and by everybody who may ask there, with
input that no client should send in each part of a request. A run takes every ``STRIDE``-th case,
another for each door; `ART28_EVERY_CASE=1` takes them all.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from pymongo import MongoClient
from werkzeug.test import create_environ, run_wsgi_app
from werkzeug.wrappers import Response

from shared.auth import ON_BEHALF_OF
from shared.idempotency import SAFE_METHODS
from shared.tokens import service_secret
from tests.e2e import hostile
from tests.e2e.inprocess import Loaded, Strict, loaded
from tests.e2e.problems import refusal
from tests.e2e.story import PROCESSOR
from tests.pages import is_page

pytestmark = pytest.mark.slow

STRIDE = 1 if os.environ.get("ART28_EVERY_CASE") else 23
CUSTOMER = "nordbo"
CALLERS = {
    "identity": ("platform", PROCESSOR),
    "agreements": (PROCESSOR, "portal for a customer"),
    "registry": (PROCESSOR, "platform", "portal for a customer"),
    "notices": ("portal for a customer", "registry"),
    "portal": (CUSTOMER,),
    "public": (),
}


@dataclass(frozen=True)
class Door:
    """A method and an address of an app; ``rule`` is where its places are still open."""

    app: str
    method: str
    rule: str
    shape: Any

    @property
    def root(self) -> str:
        return "" if self.app == "public" else f"/{self.app}"


@dataclass
class Attack:
    """A product, those who ask it, and what is found behind its addresses."""

    product: Loaded
    headers: dict[str, dict[str, str]]
    places: dict[str, str]

    def doors(self) -> list[Door]:
        return [
            Door(name, method, str(rule), _shape(app.view_functions[rule.endpoint]))
            for name, app in self.product.stack.apps.items()
            for rule in app.url_map.iter_rules()
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        ]

    def path(self, door: Door, hostile_place: str | None = None) -> str:
        head, *rest = door.rule.split("<")
        parts = [place.partition(">") for place in rest]
        named = (name.rpartition(":")[2] for name, _, _ in parts)
        found = [hostile_place or self.places.get(name, "x") for name in named]
        tails = [tail for _, _, tail in parts]
        return door.root + head + "".join(a + b for a, b in zip(found, tails, strict=True))

    def ask(self, door: Door, who: str, path: str, body: bytes = b"", **headers: str) -> Response:
        """Sent as it is: the client of Werkzeug would write some of it otherwise."""
        address, _, query = path.partition("?")
        environ = create_environ(method=door.method)
        raw = unquote_to_bytes(address).decode("latin-1")
        environ |= {"PATH_INFO": raw, "QUERY_STRING": query.encode().decode("latin-1"),
                    "REQUEST_URI": path.encode().decode("latin-1")}  # fmt: skip
        sent = {"Content-Type": hostile.JSON, **self.headers[who], **headers}
        for name, value in sent.items():
            key = name.upper().replace("-", "_")
            environ[key if key.startswith("CONTENT_") else f"HTTP_{key}"] = value
        if body:
            environ |= _with_body(body)
        told, status, found = run_wsgi_app(self.product.stack.wsgi, environ, buffered=True)
        return Response(b"".join(told), status, found)


def _with_body(body: bytes) -> dict[str, Any]:
    return {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}


def _shape(view: Any) -> Any:
    described = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", [])
    bodies = [each["schema"] for each in described if each.get("in") == "json"]
    return bodies[0]() if bodies and isinstance(bodies[0], type) else (bodies or [None])[0]


@pytest.fixture(scope="module")
def attack(mongo_url: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Attack]:
    prefix = f"test_{uuid.uuid4().hex[:12]}"
    product = loaded(Strict(mongo_url, prefix))
    yield Attack(product, _headers(product), _places(product))
    for name in mongo_client.list_database_names():
        if name.startswith(prefix):
            mongo_client.drop_database(name)


def _headers(product: Loaded) -> dict[str, dict[str, str]]:
    def token(client: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {product.stack.token(client)}"}

    def service(name: str) -> dict[str, str]:
        client_id = f"cli_service_{name}"
        secret = service_secret(product.stack.common.service_key, client_id)
        return token({"client_id": client_id, "client_secret": secret})

    customer = {ON_BEHALF_OF: product.clients[CUSTOMER]["org_id"]}
    people = {slug: token(client) for slug, client in product.clients.items()}
    return {"nobody": {}, **people, "registry": service("registry"),
            "portal for a customer": {**service("portal"), **customer}}  # fmt: skip


def _places(product: Loaded) -> dict[str, str]:
    """Something real for each place of an address."""
    vendor, customer = product.clients[PROCESSOR], product.clients[CUSTOMER]
    register = f"/registry/v1/processors/{PROCESSOR}"
    endpoint = product.must(CUSTOMER, "POST", "/portal/v1/webhook-endpoints",
                            {"url": "https://hooks.nordbo.example/a"})  # fmt: skip
    entries = product.must(PROCESSOR, "GET", f"{register}/sub-processors")["items"]
    changes = product.must(PROCESSOR, "GET", f"{register}/changes")["items"]
    agreements = product.must(CUSTOMER, "GET", "/portal/v1/agreements")["items"]
    return {
        "slug": PROCESSOR, "processor": PROCESSOR, "org_id": vendor["org_id"],
        "client_id": customer["client_id"], "sub_processor_id": entries[0]["id"],
        "sub_id": entries[0]["id"], "change_id": changes[0]["id"] if changes else "chg_x",
        "agreement_id": agreements[0]["id"], "endpoint_id": endpoint["id"],
        "instrument_id": "eu-us-dpf", "template_id": "tpl_art28_v1", "version": "1", "number": "1",
    }  # fmt: skip


def some(cases: Iterable[Any], door: int) -> list[Any]:
    """Every ``STRIDE``-th case, beginning with another one at each door."""
    return [each for number, each in enumerate(cases) if (number + door) % STRIDE == 0]


def check(answer: Response, door: Door, *said: object) -> None:
    said = (door, *said)
    assert answer.status_code < 500, (*said, answer.get_data(as_text=True)[:300])
    if answer.status_code >= 400:
        page = door.app == "public" or is_page(door.app, door.rule)
        refusal(answer.status_code, answer.headers, answer.data, page)
    assert answer.status_code < 400 or answer.status_code in REFUSALS, (*said, answer.status_code)


REFUSALS = {400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429}


def asked(attack: Attack) -> Iterator[tuple[int, Door, str]]:
    """Each door with each who may stand before it, and a number."""
    number = 0
    for door in attack.doors():
        for who in ("nobody", *CALLERS[door.app]):
            number += 1
            yield number, door, who


def test_no_header_is_a_500(attack: Attack) -> None:
    for number, door, who in asked(attack):
        for name, value in some(hostile.HEADERS, number):
            body = b"{}" if door.method not in SAFE_METHODS else b""
            answer = attack.ask(door, who, attack.path(door), body, **{name: value})
            check(answer, door, who, name, value[:100])


def test_no_query_is_a_500(attack: Attack) -> None:
    for number, door, who in asked(attack):
        for query in some(hostile.QUERIES, number):
            check(attack.ask(door, who, f"{attack.path(door)}?{query}"), door, who, query[:100])


def test_no_address_is_a_500(attack: Attack) -> None:
    for number, door, who in asked(attack):
        for place in some(hostile.PLACES, number) if "<" in door.rule else ():
            check(attack.ask(door, who, attack.path(door, place)), door, who, place[:100])


@pytest.mark.parametrize("kind", [hostile.JSON, hostile.FORM, hostile.CSV])
def test_no_bytes_are_a_500(attack: Attack, kind: str) -> None:
    for number, door, who in asked(attack):
        for body in some(hostile.RAW_BODIES, number):
            answer = attack.ask(door, who, attack.path(door), body, **{"Content-Type": kind})
            check(answer, door, who, kind, body[:100])


def test_no_value_is_a_500(attack: Attack) -> None:
    for number, door, who in asked(attack):
        for value in some(hostile.VALUES, number) if door.shape else ():
            body = hostile.filled(door.shape, value)
            check(attack.ask(door, who, attack.path(door), body), door, who, str(value)[:100])
