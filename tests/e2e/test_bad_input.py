"""Input that is wrong is refused with its code and, for values, a pointer to each wrong member."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.builders import agreement_body
from tests.e2e.inprocess import Loaded
from tests.e2e.problems import pointers, problem
from tests.e2e.story import PROCESSOR, REGISTER, draft

CHANGES = f"{REGISTER}/changes"
ENDPOINTS = "/portal/v1/webhook-endpoints"
AGREEMENTS = "/agreements/v1/agreements"
ORGANISATIONS = "/identity/v1/organisations"
CLIENTS = "/identity/v1/clients"
CHANGE = draft(date(2026, 11, 23), in_days=40)
AGREEMENT = agreement_body("org_nobody")
ORGANISATION = {"slug": "new", "kind": ["processor"], "legal_name": "New ApS", "country": "DK"}
ENDPOINT = {"url": "https://hooks.nordbo.example/art28"}

WHO = {CHANGES: PROCESSOR, AGREEMENTS: PROCESSOR, ENDPOINTS: "nordbo",
       ORGANISATIONS: "platform", CLIENTS: "platform"}  # fmt: skip
PLACE = "/sub_processor/locations/0"
UNKNOWN, REQUIRED, INVALID = "unknown-field", "required", "invalid"

VALUES = [
    (CHANGES, CHANGE, "/colour", "blue", UNKNOWN),
    (CHANGES, CHANGE, "/sub_processor/colour", "blue", UNKNOWN),
    (CHANGES, CHANGE, f"{PLACE}/mechanisms/1/colour", "blue", UNKNOWN),
    (CHANGES, CHANGE, "/kind", 7, INVALID),
    (CHANGES, CHANGE, "/kind", "rename", INVALID),
    (CHANGES, CHANGE, "/reason", ["a", "list"], INVALID),
    (CHANGES, CHANGE, "/reason", "  ", INVALID),
    (CHANGES, CHANGE, "/reason", "a\x00b", INVALID),
    (CHANGES, CHANGE, "/reason", "x" * 2_001, INVALID),
    (CHANGES, CHANGE, "/effective_on", "2026-02-30", INVALID),
    (CHANGES, CHANGE, "/effective_on", "23/11/2026", INVALID),
    (CHANGES, CHANGE, "/effective_on", 20261123, INVALID),
    (CHANGES, CHANGE, "/sub_processor", "Northwind", INVALID),
    (CHANGES, CHANGE, "/sub_processor/country", "UK", INVALID),
    (CHANGES, CHANGE, "/sub_processor/country", "us", INVALID),
    (CHANGES, CHANGE, "/sub_processor/country", "XX", INVALID),
    (CHANGES, CHANGE, "/sub_processor/address/country", "UK", INVALID),
    (CHANGES, CHANGE, f"{PLACE}/country", "EL", INVALID),
    (CHANGES, CHANGE, f"{PLACE}/region", "DK-84", INVALID),
    (CHANGES, CHANGE, f"{PLACE}/kind", "cloud", INVALID),
    (CHANGES, CHANGE, f"{PLACE}/mechanisms/0/instrument_id", "safe-harbour-2", INVALID),
    (CHANGES, CHANGE, "/sub_processor/special_categories", "no", INVALID),
    (CHANGES, CHANGE, "/sub_processor/contact/email", "not an address", INVALID),
    (CHANGES, CHANGE, "/sub_processor/website", "javascript:alert(1)", INVALID),
    (CHANGES, CHANGE, "/sub_processor/locations", {"country": "US"}, INVALID),
    (AGREEMENTS, AGREEMENT, "/colour", "blue", UNKNOWN),
    (AGREEMENTS, AGREEMENT, "/notice_terms/notice_days", -1, INVALID),
    (AGREEMENTS, AGREEMENT, "/notice_terms/notice_days", "30", INVALID),
    (AGREEMENTS, AGREEMENT, "/notice_terms/notice_days", 30.5, INVALID),
    (AGREEMENTS, AGREEMENT, "/notice_terms/notice_days", True, INVALID),
    (AGREEMENTS, AGREEMENT, "/notice_terms/day_kind", "lunar", INVALID),
    (AGREEMENTS, AGREEMENT, "/notice_terms/contacts/0/email", "x", INVALID),
    (AGREEMENTS, AGREEMENT, "/governing_law", "UK", INVALID),
    (AGREEMENTS, AGREEMENT, "/language", "Danish", INVALID),
    (AGREEMENTS, AGREEMENT, "/effective_from", None, INVALID),
    (ORGANISATIONS, ORGANISATION, "/colour", "blue", UNKNOWN),
    (ORGANISATIONS, ORGANISATION, "/country", "UK", INVALID),
    (ORGANISATIONS, ORGANISATION, "/kind/0", "royal", INVALID),
    (ORGANISATIONS, ORGANISATION, "/slug", "Big Letters", INVALID),
    (ORGANISATIONS, ORGANISATION, "/slug", "a/../b", INVALID),
    (ORGANISATIONS, ORGANISATION, "/time_zone", "Mars/Olympus", INVALID),
    (ENDPOINTS, ENDPOINT, "/colour", "blue", UNKNOWN),
    (ENDPOINTS, ENDPOINT, "/url", 7, INVALID),
    (ENDPOINTS, ENDPOINT, "/event_types", "all", INVALID),
]

RAW = [
    (b"", "malformed-request"),
    (b'{"kind": "add"', "malformed-request"),
    (b'{"kind": "add", "kind": "remove"}', "malformed-request"),
    (b'{"a": {"b": 1, "b": 2}}', "malformed-request"),
    (b'{"kind": NaN}', "malformed-request"),
    (b'{"kind": -Infinity}', "malformed-request"),
    (b'{"kind": "\xff"}', "malformed-request"),
    (b"{'kind': 'add'}", "malformed-request"),
    (b"[" * 100_000, "malformed-request"),
    (b'{"reason": "\\ud800"}', "malformed-request"),
    (b"[]", "invalid-values"),
    (b'"add"', "invalid-values"),
    (b"null", "invalid-values"),
]

QUERIES = [
    ("/identity/v1/organisations", "platform", "limit", "0"),
    ("/identity/v1/organisations", "platform", "limit", "201"),
    ("/identity/v1/organisations", "platform", "limit", "many"),
    (CHANGES, PROCESSOR, "colour", "blue"),
    (CHANGES, PROCESSOR, "status", "maybe"),
    (f"{REGISTER}/sub-processors", PROCESSOR, "as_of", "yesterday"),
    (f"{REGISTER}/sub-processors", PROCESSOR, "recorded_as_of", "2026-11-22"),
    (AGREEMENTS, PROCESSOR, "status", "maybe"),
    ("/portal/v1/changes", "nordbo", "status", "maybe"),
    ("/portal/v1/gate", "nordbo", "on", "tomorrow"),
    (ENDPOINTS, "nordbo", "limit", "-1"),
]


def refused(answer: TestResponse, status: int) -> dict[str, Any]:
    assert answer.status_code == status, (answer.status_code, answer.text[:500])
    return problem(status, answer.headers, answer.data)


def replaced(body: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """``body`` with one member set; None takes it away."""
    changed = copy.deepcopy(body)
    *path, last = [int(each) if each.isdigit() else each for each in pointer.split("/")[1:]]
    target: Any = changed
    for each in path:
        target = target[each]
    if value is None:
        del target[last]
    else:
        target[last] = value
    return changed


def post(product: Loaded, path: str, **more: Any) -> TestResponse:
    return product.stack.ask(product.clients[WHO[path]], "POST", path, **more)


@pytest.mark.parametrize(("path", "body", "pointer", "value", "code"), VALUES)
def test_a_wrong_value_is_named_by_its_pointer(
    product: Loaded, path: str, body: dict[str, Any], pointer: str, value: Any, code: str
) -> None:
    told = refused(post(product, path, body=replaced(body, pointer, value)), 422)

    assert told["code"] == "invalid-values"
    assert pointers(told) == {pointer: REQUIRED if value is None else code}


def test_a_code_that_people_confuse_is_answered_with_the_right_one(product: Loaded) -> None:
    body = replaced(CHANGE, "/sub_processor/country", "UK")

    assert "write GB" in refused(post(product, CHANGES, body=body), 422)["errors"][0]["detail"]


def test_all_wrong_values_are_told_at_once(product: Loaded) -> None:
    body = replaced(replaced(CHANGE, "/sub_processor/country", "UK"), "/reason", None)
    told = refused(post(product, CHANGES, body={**body, "colour": "blue"}), 422)

    assert pointers(told) == {
        "/sub_processor/country": INVALID, "/reason": REQUIRED, "/colour": UNKNOWN,
    }  # fmt: skip


def test_a_pointer_escapes_what_rfc_6901_says(product: Loaded) -> None:
    told = refused(post(product, CHANGES, body={**CHANGE, "a/b~c": 1}), 422)

    assert pointers(told) == {"/a~1b~0c": UNKNOWN}


@pytest.mark.parametrize("path", WHO)
@pytest.mark.parametrize(("raw", "code"), RAW)
def test_what_is_not_plain_json_is_refused(
    product: Loaded, path: str, raw: bytes, code: str
) -> None:
    answer = post(product, path, data=raw, content_type="application/json")

    told = refused(answer, 422 if code == "invalid-values" else 400)
    assert told["code"] == code


@pytest.mark.parametrize("path", WHO)
@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data", ""])
def test_another_content_type_is_refused(product: Loaded, path: str, kind: str) -> None:
    answer = post(product, path, data=json.dumps(ENDPOINT), content_type=kind)

    assert refused(answer, 415)["code"] == "unsupported-media-type"


@pytest.mark.parametrize("path", WHO)
def test_a_body_over_one_mebibyte_is_refused(product: Loaded, path: str) -> None:
    body = json.dumps({"reason": "x" * 1024 * 1024}).encode()
    answer = post(product, path, data=body, content_type="application/json")

    assert refused(answer, 413)["code"] == "body-too-large"


@pytest.mark.parametrize(("path", "who", "name", "value"), QUERIES)
def test_a_wrong_query_is_named_by_its_pointer(
    product: Loaded, path: str, who: str, name: str, value: str
) -> None:
    answer = product.stack.ask(product.clients[who], "GET", path, query_string={name: value})

    assert f"/{name}" in pointers(refused(answer, 422))


@pytest.mark.parametrize("path", ["/identity/v1/organisations", CHANGES, AGREEMENTS, ENDPOINTS])
@pytest.mark.parametrize("cursor", ["x", "%%%", "AAAA", "bnVsbA", "eyJfaWQiOnsiJGd0IjoiIn19"])
def test_a_cursor_we_never_gave_is_refused(product: Loaded, path: str, cursor: str) -> None:
    who = product.clients["nordbo" if path == ENDPOINTS else "platform"]
    who = product.clients[PROCESSOR] if path in (CHANGES, AGREEMENTS) else who
    answer = product.stack.ask(who, "GET", path, query_string={"cursor": cursor})

    assert refused(answer, answer.status_code)["status"] in (400, 422)


def test_an_idempotency_key_of_any_length_is_not_taken(product: Loaded) -> None:
    for key in ("", "k" * 256):
        answer = post(product, CHANGES, body=CHANGE, headers={"Idempotency-Key": key})
        assert refused(answer, 400)["code"] == "malformed-request"


@pytest.mark.parametrize("path", ["/registry/v1/nowhere", "/portal/v1/", "/p/nobody.json"])
def test_an_address_with_nothing_behind_it_is_a_problem(product: Loaded, path: str) -> None:
    answer = product.stack.ask(product.clients["nordbo"], "GET", path)

    assert refused(answer, 404)["code"] == "not-found"


def test_a_method_that_is_not_there_says_which_are(product: Loaded) -> None:
    answer = product.stack.ask(product.clients[PROCESSOR], "DELETE", CHANGES)

    refused(answer, 405)
    assert {"GET", "POST"} <= set(answer.headers["Allow"].replace(" ", "").split(","))


def test_a_draft_is_not_edited_unseen(product: Loaded) -> None:
    path = f"{CHANGES}/{post(product, CHANGES, body=CHANGE).get_json()['id']}"
    vendor, body = product.clients[PROCESSOR], {"reason": "Another"}

    assert refused(product.stack.ask(vendor, "PATCH", path, body), 428)
    for tag in ('"r0"', '"r99"', "r1; DROP", '"1"'):
        answer = product.stack.ask(vendor, "PATCH", path, body, headers={"If-Match": tag})
        assert refused(answer, 412)["code"] == "precondition-failed"
