"""The one document of the API: complete, typed, and the very one that is kept."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.api_document.__main__ import FILES, FOLDER
from deploy.api_document.described import words
from deploy.api_document.document import documents, written
from deploy.api_document.merging import is_internal, operations
from services.identity.model.roles import TABLE
from services.identity.model.scopes import SCOPES_OF_KIND
from services.notices import events
from shared.openapi import scopes

Json = dict[str, Any]
SECONDS = 2.0
TOKEN = "/identity/v1/token"
# The document of an agreement is the very text that was accepted, by the template of its day.
UNTYPED = {
    "get /agreements/v1/agreements/{agreement_id}/document",
    "get /portal/v1/agreements/{agreement_id}/document",
    "post /portal/v1/agreements/preview",
}

# What a member of any kind was before and is after.
ANY_VALUE = {
    "AgreementsChanged.after", "AgreementsChanged.before", "IdentityDifference.file",
    "IdentityDifference.here", "RegistryFieldChange.after", "RegistryFieldChange.before",
    "RegistryPartChange.after", "RegistryPartChange.before",
}  # fmt: skip


@pytest.fixture(scope="module")
def both() -> tuple[Json, Json, Json]:
    return documents()


@pytest.fixture(scope="module")
def api(both: tuple[Json, Json, Json]) -> Json:
    return both[0]


def resolved(api: Json, node: Json) -> Json:
    while "$ref" in node:
        found: Any = api
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def nodes(node: Any) -> Iterator[Json]:
    if isinstance(node, dict):
        yield node
        for each in node.values():
            yield from nodes(each)
    elif isinstance(node, list):
        for each in node:
            yield from nodes(each)


@pytest.mark.parametrize("position", [0, 1, 2], ids=FILES)
def test_the_kept_document_is_what_the_code_says(
    both: tuple[Json, Json, Json], position: int
) -> None:
    kept = Path(FOLDER, FILES[position]).read_text("utf-8")
    assert written(both[position]) == kept, "Run: python -m deploy.api_document, and review it."


def test_it_is_made_in_under_two_seconds() -> None:
    began = time.process_time()
    documents()
    assert time.process_time() - began < SECONDS


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(api: Json) -> None:
    found = [operation for _, _, operation in operations(api)]
    assert [name for name, n in Counter(it["operationId"] for it in found).items() if n > 1] == []
    assert [it["operationId"] for it in found if not it["summary"] or not it["description"]] == []
    assert [it["summary"] for it in found if len(it["summary"]) > 90] == []


def test_every_json_answer_is_typed(api: Json) -> None:
    untyped = set()
    for path, method, operation in operations(api):
        for status, answer in operation["responses"].items():
            if status[0] != "2" or status == "204":
                continue
            content = resolved(api, answer).get("content", {"nothing": {}})
            schema = content.get("application/json", content.get("nothing"))
            if schema is not None and "properties" not in resolved(api, schema.get("schema", {})):
                untyped.add(f"{method} {path}")
    assert untyped == UNTYPED


def test_every_operation_says_how_it_may_refuse(api: Json) -> None:
    for path, method, operation in operations(api):
        refused = {status for status in operation["responses"] if status[0] in "45"}
        assert {"400", "429", "503"} <= refused, (method, path)
        assert not operation["security"] or "401" in refused or "{" not in path, (method, path)
        for status in refused:
            answer = resolved(api, operation["responses"][status])
            kinds = ["application/problem+json"]
            if path == TOKEN and status not in ("404", "409"):
                kinds = ["application/json"]  # RFC 6749 §5.2
            assert list(answer["content"]) == kinds, (method, path, status)


def test_patterns_are_read_by_validators_in_other_languages(api: Json) -> None:
    patterns = {each["pattern"] for each in nodes(api) if isinstance(each.get("pattern"), str)}
    assert len(patterns) >= 5
    assert [each for each in patterns if r"\Z" in each or "(?P" in each] == []


def test_a_query_has_no_null(api: Json) -> None:
    asked = [it for it in nodes(api) if it.get("in") == "query"]
    assert len(asked) >= 50
    assert [it["name"] for it in asked if "null" in str(it["schema"].get("type"))] == []


def test_every_message_has_a_schema_and_an_example(api: Json) -> None:
    told = {f"customer: {kind}" for kind in events.SUBSCRIBABLE}
    told |= {f"vendor: {kind}" for kind in events.FOR_VENDORS}
    assert set(api["webhooks"]) == told
    for name, item in api["webhooks"].items():
        content = item["post"]["requestBody"]["content"]["application/json"]
        schema = resolved(api, content["schema"])
        assert schema["properties"]["type"]["const"] == name.partition(": ")[2]
        assert content["example"]["data"]["example"] is True


def test_what_services_ask_each_other_stands_apart(both: tuple[Json, Json, Json]) -> None:
    for_clients, internal, _ = both
    assert len(list(operations(internal))) >= 20
    assert all(is_internal(it) for _, _, it in operations(internal))
    assert not any(is_internal(it) for _, _, it in operations(for_clients))


def test_every_scope_that_somebody_can_hold_is_explained() -> None:
    of_clients = frozenset[str]().union(*SCOPES_OF_KIND.values())
    assert of_clients <= scopes().keys()
    text = TABLE.read_text("utf-8")
    assert [name for name in scopes() if f'"{name}"' not in text and name not in of_clients] == []


def test_a_token_comes_from_the_token_endpoint(api: Json) -> None:
    flow = api["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    [server] = api["servers"]
    assert flow["tokenUrl"].removeprefix(server["url"]) in api["paths"]
    assert flow["scopes"]["portal:read"]


def test_the_messages_are_described_alike_in_both_documents(both: tuple[Json, Json, Json]) -> None:
    api, _, messages = both
    found = messages["components"]["messages"]
    assert {name.replace(": ", ".") for name in api["webhooks"]} == set(found)
    sent = {name for each in messages["channels"].values() for name in each["messages"]}
    assert sent == set(found)
    for name, schema in messages["components"]["schemas"].items():
        assert api["components"]["schemas"][name] == schema


def members(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Shape, name and schema of each member of the shapes of a document."""
    for shape, schema in document["components"]["schemas"].items():
        for node in nodes(schema):
            found = node.get("properties")
            if isinstance(found, dict) and node.get("type") != "string":
                yield from ((shape, name, each) for name, each in found.items())


def test_every_member_of_a_shape_says_what_it_is(api: Json) -> None:
    found = list(members(api))
    assert len(found) >= 2_000
    silent = [f"{shape}.{name}" for shape, name, it in found if not it.get("description")]
    assert silent == [], "Write a sentence into deploy/api_document/member_words.json."


def test_every_sentence_about_a_member_is_said_somewhere(both: tuple[Json, Json, Json]) -> None:
    names = {
        name
        for document in both
        for shape, member, _ in members(document)
        for name in (member, f"{shape}.{member}")
    }
    assert sorted(words().keys() - names) == []
    assert [it for it in words().values() if not it.endswith(".") or len(it) > 120] == []


def test_an_answer_says_which_members_it_always_has(api: Json) -> None:
    shapes = api["components"]["schemas"]
    assert {"id", "effective_on", "status"} <= set(shapes["PortalChange"]["required"])
    assert set(shapes["RegistryGate"]["required"]) == set(shapes["RegistryGate"]["properties"])
    assert shapes["PortalNewEndpoint"]["required"] == ["url"]


def test_every_member_has_a_type_but_those_that_hold_any_value(api: Json) -> None:
    kinds = {"type", "$ref", "oneOf", "anyOf", "allOf", "enum", "const"}
    untyped = {f"{shape}.{name}" for shape, name, it in members(api) if not kinds & it.keys()}
    assert untyped == ANY_VALUE
