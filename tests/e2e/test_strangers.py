"""Another organisation's thing answers 404, as if it did not exist; nothing of it leaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.inprocess import Loaded
from tests.e2e.problems import pointers, problem
from tests.e2e.story import PROCESSOR, REGISTER, draft

TECHEM = "/registry/v1/processors/techem"


@dataclass(frozen=True)
class Things:
    """Ids of what tempus-serva and nordbo own."""

    agreement: str
    change: str
    draft: str
    subject: str
    objection: str
    endpoint: str
    delivery: str
    client: str
    organisation: str


@pytest.fixture(scope="module")
def things(product: Loaded) -> Things:
    stack = product.stack
    announced, drafted = _change(product), _change(product)
    product.must(PROCESSOR, "POST", f"{REGISTER}/changes/{announced['id']}/announce")
    stack.relay()
    body = {"grounds": "other", "text": "No."}
    path = f"/portal/v1/changes/{announced['id']}/objections"
    objection = product.must("nordbo", "POST", path, body)
    url = {"url": "https://hooks.nordbo.example/art28"}
    endpoint = product.must("nordbo", "POST", "/portal/v1/webhook-endpoints", url)
    test = product.must("nordbo", "POST", f"/portal/v1/webhook-endpoints/{endpoint['id']}/test")
    [agreement] = product.must("nordbo", "GET", "/portal/v1/agreements")["items"]
    return Things(
        agreement=agreement["id"],
        change=announced["id"],
        draft=drafted["id"],
        subject=announced["sub_processor"]["id"],
        objection=objection["id"],
        endpoint=endpoint["id"],
        delivery=test["delivery_id"],
        client=product.clients["nordbo"]["client_id"],
        organisation=product.clients["nordbo"]["org_id"],
    )


def _change(product: Loaded) -> Any:
    body = draft(product.stack.now.date(), in_days=40)
    return product.must(PROCESSOR, "POST", f"{REGISTER}/changes", body)


A = "/agreements/v1/agreements/{agreement}"
P = "/portal/v1"
E = f"{P}/webhook-endpoints/{{endpoint}}"
ACCEPT = {"name": "A", "title": "B", "email": "a@b.example"}
# Who owns it, who asks in vain, and what is asked.
FOREIGN = [
    (PROCESSOR, "techem", "GET", A, None),
    (PROCESSOR, "techem", "GET", f"{A}/document", None),
    (PROCESSOR, "techem", "GET", f"{A}/versions", None),
    (PROCESSOR, "techem", "POST", f"{A}/offer", {}),
    (PROCESSOR, "techem", "POST", f"{A}/accept", ACCEPT),
    (PROCESSOR, "techem", "POST", f"{A}/reject", {"reason": "No"}),
    (PROCESSOR, "techem", "POST", f"{A}/terminate", {"effective_on": "2027-01-01", "reason": "x"}),
    ("nordbo", "lillebror", "GET", f"{P}/agreements/{{agreement}}", None),
    ("nordbo", "lillebror", "GET", f"{P}/agreements/{{agreement}}/document", None),
    ("nordbo", "lillebror", "POST", f"{P}/agreements/{{agreement}}/accept", ACCEPT),
    ("nordbo", "lillebror", "POST", f"{P}/agreements/{{agreement}}/reject", {"reason": "No"}),
    (PROCESSOR, "techem", "GET", f"{REGISTER}/changes", None),
    (PROCESSOR, "techem", "GET", f"{REGISTER}/changes/{{change}}", None),
    (PROCESSOR, "techem", "GET", f"{TECHEM}/changes/{{change}}", None),
    (PROCESSOR, "techem", "GET", f"{REGISTER}/changes/{{draft}}/preview", None),
    (PROCESSOR, "techem", "POST", f"{REGISTER}/changes/{{draft}}/announce", None),
    (PROCESSOR, "techem", "POST", f"{TECHEM}/changes/{{draft}}/announce", None),
    (PROCESSOR, "techem", "POST", f"{REGISTER}/changes/announce", {"change_ids": ["{draft}"]}),
    (PROCESSOR, "techem", "POST", f"{TECHEM}/changes/announce", {"change_ids": ["{draft}"]}),
    (PROCESSOR, "techem", "POST", f"{REGISTER}/changes/{{change}}/withdraw", {"reason": "x"}),
    (PROCESSOR, "techem", "DELETE", f"{REGISTER}/changes/{{draft}}", None),
    (PROCESSOR, "techem", "DELETE", f"{TECHEM}/changes/{{draft}}", None),
    (PROCESSOR, "techem", "POST", f"{REGISTER}/changes/{{draft}}/emergency",
     {"justification": "x"}),
    (PROCESSOR, "techem", "GET", f"{REGISTER}/changes/{{change}}/objections", None),
    (PROCESSOR, "techem", "GET", "/registry/v1/objections/{objection}", None),
    (PROCESSOR, "techem", "POST", "/registry/v1/objections/{objection}/exclude", None),
    (PROCESSOR, "techem", "POST", "/registry/v1/objections/{objection}/reject", {"reason": "x"}),
    (PROCESSOR, "techem", "GET", f"{TECHEM}/sub-processors/{{subject}}?as_of=2027-03-01", None),
    (PROCESSOR, "techem", "GET", "/notices/v1/changes/{change}/evidence", None),
    ("nordbo", "lillebror", "GET", f"{P}/objections/{{objection}}", None),
    ("nordbo", "lillebror", "POST", f"{P}/objections/{{objection}}/withdraw", None),
    ("nordbo", "lillebror", "GET", E, None),
    ("nordbo", "lillebror", "PATCH", E, {"description": "mine"}),
    ("nordbo", "lillebror", "DELETE", E, None),
    ("nordbo", "lillebror", "POST", f"{E}/test", None),
    ("nordbo", "lillebror", "POST", f"{E}/secret/rotate", {}),
    ("nordbo", "lillebror", "POST", f"{E}/enable", {}),
    ("nordbo", "lillebror", "POST", f"{E}/recover", {"since": "2026-11-22T00:00:00Z"}),
    ("nordbo", "lillebror", "GET", f"{E}/deliveries", None),
    ("nordbo", "lillebror", "GET", f"{P}/deliveries/{{delivery}}", None),
    ("nordbo", "lillebror", "POST", f"{P}/deliveries/{{delivery}}/retry", None),
    ("platform", "techem", "GET", "/identity/v1/organisations/{organisation}", None),
    ("platform", "techem", "GET", "/identity/v1/clients/{client}", None),
    ("platform", "techem", "GET", "/identity/v1/clients?org_id={organisation}", None),
    ("platform", "meddler", "PATCH", "/identity/v1/organisations/{organisation}",
     {"legal_name": "Mine"}),
    ("platform", "meddler", "POST", "/identity/v1/clients",
     {"org_id": "{organisation}", "name": "x", "scopes": ["portal:read"]}),
    ("platform", "meddler", "POST", "/identity/v1/clients/{client}/rotate", None),
    ("platform", "meddler", "DELETE", "/identity/v1/clients/{client}", None),
]  # fmt: skip


@pytest.mark.parametrize(("owner", "stranger", "method", "path", "body"), FOREIGN)
def test_a_stranger_finds_nothing(
    product: Loaded,
    things: Things,
    owner: str,
    stranger: str,
    method: str,
    path: str,
    body: Any,
) -> None:
    names = vars(things)
    if body and "org_id" in body:
        body = {**body, "org_id": things.organisation}
    if body and "change_ids" in body:
        body = {"change_ids": [each.format(**names) for each in body["change_ids"]]}
    # A stranger may hold any version, even the right one.
    headers = {"If-Match": '"r1"'} if method in ("PATCH", "DELETE") else {}
    who = _who(product, stranger)
    answer = product.stack.ask(who, method, path.format(**names), body, headers=headers)

    assert answer.status_code == 404, (answer.status_code, answer.text)
    problem(404, answer.headers, answer.data)
    assert "nordbo" not in answer.text.lower()
    if method == "GET":
        there = product.stack.ask(product.clients[owner], "GET", _of_owner(path).format(**names))
        assert there.status_code == 200, there.text


def _who(product: Loaded, name: str) -> Any:
    if name == "meddler":
        # Another processor that may write organisations and clients: its own, nobody else's.
        return product.client_with("techem", "identity:read", "identity:write")
    return product.clients[name]


def _of_owner(path: str) -> str:
    return path.replace(TECHEM, REGISTER).removesuffix("/preview")


def test_lists_hold_only_what_is_ones_own(product: Loaded, things: Things) -> None:
    for who, path in (
        ("techem", "/agreements/v1/agreements"),
        ("lillebror", "/portal/v1/agreements"),
        ("lillebror", "/portal/v1/webhook-endpoints"),
        ("techem", "/identity/v1/organisations"),
        ("techem", "/identity/v1/clients"),
        ("techem", "/notices/v1/reachability"),
    ):
        text = product.stack.ask(product.clients[who], "GET", path).text
        for owned in (things.agreement, things.endpoint, things.organisation, things.client):
            assert owned not in text, path


def test_the_gate_is_not_told_about_other_customers(product: Loaded, things: Things) -> None:
    query = {
        "processor": PROCESSOR,
        "sub_processor_id": things.subject,
        "controller_id": things.organisation,
    }
    answer = product.stack.ask(
        product.clients["techem"], "GET", "/registry/v1/gate", query_string=query
    )

    assert answer.status_code == 404, answer.text


@pytest.mark.parametrize(
    "name", ["..", "%2e%2e", "a%3Fstatus=draft", "a%23b", "a%00b", "%F0%9F%9A%80"]
)
@pytest.mark.parametrize(
    "path",
    [f"{P}/agreements/NAME", f"{P}/objections/NAME", f"{P}/webhook-endpoints/NAME/deliveries",
     f"{P}/deliveries/NAME", f"{P}/changes/NAME"],
)  # fmt: skip
def test_an_id_is_never_read_as_a_path(product: Loaded, path: str, name: str) -> None:
    answer = product.stack.ask(product.clients["nordbo"], "GET", path.replace("NAME", name))

    assert answer.status_code == 404, (answer.status_code, answer.text)
    problem(404, answer.headers, answer.data)


PRIVATE = [
    "https://127.0.0.1/hook", "https://localhost/hook", "https://[::1]/hook", "https://10.1.2.3/",
    "https://192.168.1.1/", "https://172.16.0.9/", "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/", "https://0.0.0.0/", "https://[fd00::1]/", "https://[fe80::1]/",
    "https://[::ffff:127.0.0.1]/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/",
    "https://metadata/", "https://db.internal/", "https://printer.local/",
]  # fmt: skip
WRONG = ["http://hooks.nordbo.example/", "ftp://hooks.nordbo.example/", "https://a:b@h.example/",
         "https://hooks.nordbo.example:22/", "file:///etc/passwd", "//h.example/", "h.example",
         "https://h.example/\r\nX: y", "https:///hook"]  # fmt: skip


@pytest.mark.parametrize("url", [*PRIVATE, *WRONG])
def test_a_webhook_to_where_it_may_not_go_is_refused(product: Loaded, url: str) -> None:
    nordbo = product.clients["nordbo"]
    answer = product.stack.ask(nordbo, "POST", "/portal/v1/webhook-endpoints", {"url": url})

    assert answer.status_code == 422, answer.text
    assert list(pointers(problem(422, answer.headers, answer.data))) == ["/url"]


def test_a_webhook_is_not_moved_there_either(product: Loaded, things: Things) -> None:
    path = f"/portal/v1/webhook-endpoints/{things.endpoint}"
    nordbo = product.clients["nordbo"]
    tag = product.stack.ask(nordbo, "GET", path).headers["ETag"]
    answer = product.stack.ask(
        nordbo, "PATCH", path, {"url": PRIVATE[0]}, headers={"If-Match": tag}
    )

    assert answer.status_code == 422
    assert list(pointers(problem(422, answer.headers, answer.data))) == ["/url"]
