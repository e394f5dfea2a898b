"""Each service's OpenAPI document is valid and true to its errors; what fits it breaks nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.core.result import Ok

from shared.auth import ON_BEHALF_OF
from shared.peers import ServiceClient, ServiceTokens
from shared.tokens import service_secret
from tests.e2e.inprocess import Loaded
from tests.e2e.problems import refusal
from tests.pages import PAGES, is_page

SERVICES = ("identity", "agreements", "registry", "notices", "portal")
# A client of a kind that may do most of what the service offers.
ASKS = {
    "identity": "platform",
    "agreements": "tempus-serva",
    "registry": "tempus-serva",
    "notices": "portal",
    "portal": "nordbo",
}
EXAMPLES = 4
REFUSED = range(400, 500)
METHODS = {"get", "post", "put", "patch", "delete"}


def document(product: Loaded, service: str) -> Any:
    return product.stack.must(None, "GET", f"/{service}/openapi.json")


def operations(told: Any) -> Iterator[tuple[str, str, Any]]:
    for path, item in told["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield path, method, operation


def resolved(told: Any, node: Any) -> Any:
    """What a reference inside the document points at; KeyError when at nothing."""
    while "$ref" in node:
        place, found = node["$ref"].removeprefix("#/").split("/"), told
        for each in place:
            found = found[each]
        node = found
    return node


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


@pytest.mark.parametrize("service", SERVICES)
def test_the_document_is_valid_openapi_3_1(product: Loaded, service: str) -> None:
    told = document(product, service)

    assert told["openapi"].startswith("3.1")
    schema = schemathesis.openapi.from_dict(told)
    schema.validate()
    for reference in references(told):
        resolved(told, {"$ref": reference})
    # Every operation can be read, its parameters and bodies included.
    assert all(isinstance(each, Ok) for each in schema.get_all_operations())


@pytest.mark.parametrize("service", SERVICES)
def test_every_error_in_the_document_is_a_problem(product: Loaded, service: str) -> None:
    told, errors = document(product, service), 0
    for path, method, operation in operations(told):
        for status, response in operation["responses"].items():
            if status != "default" and int(status) < 400:
                continue
            content = resolved(told, response).get("content", {})
            kind = "text/html" if is_page(service, path) else "application/problem+json"
            # RFC 6749 §5.2: a refusal of a token is plain JSON, with a shape of its own.
            kind = "application/json" if "TokenRefusal" in str(content) else kind
            assert list(content) == [kind], (path, method, status)
            errors += 1

    assert errors >= 10


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_is_in_the_document(product: Loaded, service: str) -> None:
    told = {(path, method) for path, method, _ in operations(document(product, service))}
    routed = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in product.stack.apps[service].url_map.iter_rules()
        for method in rule.methods or ()
        if rule.rule.startswith("/v1/") and method.lower() in METHODS
        if not is_page(service, rule.rule)
    }

    assert {each for each in told if each[0].startswith("/v1/")} == routed


@pytest.mark.parametrize("service", PAGES)
def test_every_page_that_we_name_is_a_route(product: Loaded, service: str) -> None:
    routed = {rule.rule for rule in product.stack.apps[service].url_map.iter_rules()}

    assert set(PAGES[service]) <= routed


def headers_for(product: Loaded, service: str) -> dict[str, str]:
    if ASKS[service] != "portal":
        return {"Authorization": f"Bearer {product.stack.token(product.clients[ASKS[service]])}"}
    # What the portal sends to notices: its own token, and for whom it speaks.
    me = "cli_service_portal"
    secret = service_secret(product.stack.common.service_key, me)
    tokens = ServiceTokens(
        ServiceClient(
            "identity", product.stack.common.urls["identity"], None, product.stack._transport
        ),
        me,
        secret,
    )
    nordbo = product.clients["nordbo"]["org_id"]
    return {"Authorization": f"Bearer {tokens()}", ON_BEHALF_OF: nordbo}


@schemathesis.serializer("application/pdf", "image/png", "message/rfc822")
def a_file(_: Any, value: Any) -> bytes:
    """The body of an upload: bytes of any kind."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def known_ids(product: Loaded) -> st.SearchStrategy[str]:
    """Parts of paths: things that are there, and text of any kind."""
    slugs = [*product.clients, "eu-us-dpf", "tpl_eu_2021_915_v1"]
    ids = [each["org_id"] for each in product.clients.values()]
    any_text = st.text(st.characters(exclude_characters="/?#"), min_size=1, max_size=20)
    return st.sampled_from([*slugs, *ids]) | any_text


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
def test_whatever_fits_the_document_never_ends_in_a_fault(product: Loaded, service: str) -> None:
    headers = headers_for(product, service)
    schema = schemathesis.openapi.from_wsgi(f"/{service}/openapi.json", product.stack.wsgi)
    for each in schema.get_all_operations():
        assert isinstance(each, Ok)
        operation = each.ok()
        if operation.method == "delete":
            continue  # A deleted client could ask nothing more.

        @settings(
            max_examples=EXAMPLES,
            phases=[Phase.generate],
            derandomize=True,
            database=None,
            deadline=timedelta(seconds=10),
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(), st.data())
        def never_a_fault(case: Case[Any], data: st.DataObject) -> None:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = data.draw(known_ids(product))
            answer = case.call(headers=headers)
            assert answer.status_code < 500, (case.as_curl_command(), answer.text)
            if answer.status_code in REFUSED:
                told = {name.title(): values[0] for name, values in answer.headers.items()}
                told["X-Request-Id"] = told.get("X-Request-Id", "")
                page = is_page(service, case.operation.path)
                refusal(answer.status_code, told, answer.content, page)

        never_a_fault()
