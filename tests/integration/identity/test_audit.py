"""The audit trail: every act stands in it, its owner reads it, and nobody rewrites it."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from werkzeug.test import Client

from shared import hash_chain
from shared.times import format_instant
from tests.integration.identity.test_clients import CLIENTS, ORGANISATIONS, ask_token
from tests.people import joined, person_asks, posted
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, new_client

Json = dict[str, Any]
AUDIT = "/identity/v1/audit"
SCOPES = [*PROCESSOR_SCOPES, "identity:audit", "identity:keys"]


@pytest.fixture
def owner(stack: Stack) -> Json:
    return new_client(stack, "audited", ["processor"], SCOPES)


def acts(stack: Stack, who: Json, query: str = "") -> list[Json]:
    """The oldest first."""
    items: list[Json] = stack.must(who, "GET", f"{AUDIT}?limit=200{query}")["items"]
    return items[::-1]


def kinds(stack: Stack, who: Json, query: str = "") -> list[str]:
    return [each["type"] for each in acts(stack, who, query)]


def members(act: Json) -> Json:
    return dict(act["private"]["members"])


def test_what_is_done_to_a_client_stands_in_the_trail(stack: Stack, owner: Json) -> None:
    body = {"name": "CI", "scopes": ["registry:read"]}
    there = {"REMOTE_ADDR": "192.0.2.77"}
    made = stack.ask(owner, "POST", CLIENTS, body, environ_base=there).json
    assert made is not None
    path = f"{CLIENTS}/{made['id']}"
    stack.must(owner, "POST", f"{path}/rotate", {"overlap_hours": 1})
    stack.ask(owner, "DELETE", path, headers={"If-Match": "*"})

    created, rotated, removed = acts(stack, owner, "&type=client.*")[-3:]

    assert [created["type"], rotated["type"], removed["type"]] == [
        "client.created", "client.rotated", "client.removed"]  # fmt: skip
    told = members(created)
    assert told["actor"] == {"type": "client", "id": owner["id"], "name": "audited"}
    assert told["subject"] == {"type": "client", "id": made["id"], "name": "CI"}
    assert told["changes"]["scopes"] == {"before": None, "after": ["registry:read"]}
    assert told["address"] == "192.0.2.0/24"
    assert created["at"] == format_instant(stack.now)
    assert members(rotated)["changes"]["old_secret_until"]["after"]


def test_what_changes_of_an_organisation_stands_there_before_and_after(
    stack: Stack, owner: Json
) -> None:
    path, change = f"{ORGANISATIONS}/{owner['org_id']}", {"legal_name": "After A/S"}
    before = stack.must(owner, "GET", path)["legal_name"]
    stack.ask(owner, "PATCH", path, change, headers={"If-Match": "*"})

    act = acts(stack, owner, "&type=organisation.changed")[-1]

    changed = {"legal_name": {"before": before, "after": "After A/S"}}
    assert members(act)["changes"] == changed


def test_the_platform_leaves_its_acts_in_both_trails(stack: Stack, owner: Json) -> None:
    assert kinds(stack, owner) == ["organisation.created", "client.created"]
    (made,) = acts(stack, owner, "&type=organisation.created")
    assert members(made)["actor"]["id"] == stack.admin["client_id"]
    theirs = acts(stack, stack.admin, "&type=organisation.created")[-1]
    assert theirs["data"] == made["data"]


def test_no_secret_and_no_digest_stands_in_it(stack: Stack, owner: Json) -> None:
    made = stack.must(owner, "POST", CLIENTS, {"name": "CI", "scopes": ["registry:read"]})
    fresh = stack.must(owner, "POST", f"{CLIENTS}/{made['id']}/rotate", {"overlap_hours": 5})
    kept = stack.database("identity").db["clients"].find_one({"_id": made["id"]})
    assert kept is not None

    told = json.dumps(acts(stack, owner))

    secrets = [made["client_secret"], fresh["client_secret"], kept["secret_sha256"]]
    assert not [each for each in secrets if each in told]
    assert "sha256" not in told


def test_wrong_secrets_are_counted_and_only_each_tenfold_is_told(stack: Stack, owner: Json) -> None:
    for _ in range(12):
        ask_token(stack, client_id=owner["client_id"], client_secret="wrong")

    refused = acts(stack, owner, "&type=client.refused")

    assert [each["data"]["count"] for each in refused] == [1, 10]
    assert members(refused[0])["actor"]["type"] == "stranger"
    stack.pass_time(hours=1)
    ask_token(stack, client_id=owner["client_id"], client_secret="wrong")
    again = acts(stack, owner, "&type=client.refused")
    assert [each["data"]["count"] for each in again] == [1, 10, 1]


def test_each_act_is_chained_and_binds_its_private_part(stack: Stack, owner: Json) -> None:
    stack.must(owner, "POST", CLIENTS, {"name": "CI", "scopes": ["registry:read"]})
    trail = acts(stack, owner)

    assert hash_chain.verify(trail) is None
    assert [each["sequence"] for each in trail] == list(range(1, len(trail) + 1))
    for act in trail:
        salt, part = bytes.fromhex(act["private"]["salt"]), act["private"]["members"]
        assert hash_chain.private_hash(salt, part) == act["private_hash"]
    forged = [{**trail[0], "actor": "cli_x"}, *trail[1:]]
    assert hash_chain.verify(forged) is not None
    assert hash_chain.verify([trail[0], *trail[2:]]) is not None


def test_an_act_that_is_refused_leaves_nothing(stack: Stack, owner: Json) -> None:
    before = acts(stack, owner)

    wide = {"name": "wide", "scopes": ["platform:admin"]}
    assert stack.ask(owner, "POST", CLIENTS, wide).status_code == 422
    assert stack.ask(owner, "POST", f"{CLIENTS}/cli_none/rotate").status_code == 404
    stale = {"If-Match": '"r99"'}
    path = f"{CLIENTS}/{owner['id']}"
    assert stack.ask(owner, "DELETE", path, headers=stale).status_code == 412

    assert acts(stack, owner) == before


def test_nobody_reads_the_trail_of_another(stack: Stack, owner: Json) -> None:
    other = new_client(stack, "other", ["controller"], ["identity:audit", "identity:keys"])
    without = new_client(stack, "without", ["processor"], PROCESSOR_SCOPES)

    told = json.dumps(acts(stack, other))

    assert owner["org_id"] not in told
    assert {each["stream"] for each in acts(stack, other)} == {f"audit:{other['org_id']}"}
    assert stack.ask(without, "GET", AUDIT).status_code == 403
    assert stack.ask(owner, "GET", f"{AUDIT}?org_id={other['org_id']}").status_code == 422
    assert stack.ask(None, "GET", AUDIT).status_code == 401


def test_the_trail_has_no_route_that_writes(stack: Stack, owner: Json) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert stack.ask(owner, method, AUDIT, {}).status_code == 405


@pytest.mark.parametrize(
    "query",
    ["type=nothing", "type=*", "type[$ne]=x", "since=yesterday", "limit=0", "cursor=x", "x=1"],
)
def test_what_cannot_be_asked_is_refused(stack: Stack, owner: Json, query: str) -> None:
    assert stack.ask(owner, "GET", f"{AUDIT}?{query}").status_code in (400, 422)


def test_it_pages_to_its_end_without_gap_or_double(stack: Stack, owner: Json) -> None:
    for number in range(5):
        stack.must(owner, "POST", CLIENTS, {"name": f"{number}", "scopes": ["registry:read"]})
    seen: list[int] = []
    cursor = ""
    while True:
        page = stack.must(owner, "GET", f"{AUDIT}?limit=2{cursor}")
        seen += [each["sequence"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"

    assert seen == sorted(seen, reverse=True)
    assert seen == list(range(len(seen), 0, -1))


def test_a_span_takes_its_first_instant_and_not_its_last(stack: Stack, owner: Json) -> None:
    stack.pass_time(hours=1)
    at = format_instant(stack.now)
    stack.must(owner, "POST", CLIENTS, {"name": "one", "scopes": ["registry:read"]})
    stack.pass_time(hours=1)
    stack.must(owner, "POST", CLIENTS, {"name": "two", "scopes": ["registry:read"]})
    later = format_instant(stack.now)

    (only,) = acts(stack, owner, f"&since={at}&until={later}")

    assert members(only)["subject"]["name"] == "one"


def test_names_and_addresses_are_forgotten_and_the_chain_holds(stack: Stack, owner: Json) -> None:
    parts = stack.database("identity").db["ledger_private"]
    mine = {"_id": {"$regex": f"^audit:{owner['org_id']}#"}}
    ends = [part["forget_at"] for part in parts.find(mine)]
    kept = {round((each.timestamp() - stack.now.timestamp()) / 86_400) for each in ends}
    assert kept == {730}
    assert any(index.get("expireAfterSeconds") == 0 for index in parts.list_indexes())

    parts.delete_many(mine)

    trail = acts(stack, owner)
    assert {each["private"] for each in trail} == {None}
    assert hash_chain.verify(trail) is None


def test_many_at_once_leave_a_chain_without_gap(stack: Stack, owner: Json) -> None:
    token = {"Authorization": f"Bearer {stack.token(owner)}"}

    def make(number: int) -> None:
        body = {"name": f"n{number}", "scopes": ["registry:read"]}
        Client(stack.wsgi).post(CLIENTS, json=body, headers=token)

    threads = [threading.Thread(target=make, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    trail = acts(stack, owner)
    assert hash_chain.verify(trail) is None
    assert len([each for each in trail if each["type"] == "client.created"]) == 7


def as_person(stack: Stack, session: str, method: str, path: str, body: Any = None) -> Any:
    answer = person_asks(stack, session, method, path, body)
    assert answer.status_code < 300, answer.text
    return answer.json if answer.data else None


def test_what_happens_to_a_person_stands_there_by_whom_before_and_after(
    stack: Stack, owner: Json
) -> None:
    org = owner["org_id"]
    ada = joined(stack, org, f"ada@{org}.example", ["owner"], "Ada")
    joined(stack, org, f"bo@{org}.example", ["reader"], "Bo")
    (bo,) = [each for each in as_person(stack, ada, "GET", "/identity/v1/people")["items"]
             if each["name"] == "Bo"]  # fmt: skip
    path = f"/identity/v1/people/{bo['id']}"
    as_person(stack, ada, "PATCH", path, {"roles": ["approver"]})
    as_person(stack, ada, "DELETE", path)

    invited, joins, changed, removed = acts(stack, owner, "&type=person.*")[-4:]

    assert members(invited)["changes"]["roles"] == {"before": None, "after": ["reader"]}
    assert members(joins)["actor"] == {"type": "person", "id": bo["id"], "name": "Bo"}
    assert members(changed)["changes"] == {"roles": {"before": ["reader"], "after": ["approver"]}}
    assert [members(each)["actor"]["name"] for each in (changed, removed)] == ["Ada", "Ada"]
    assert removed["type"] == "person.removed"


def test_sessions_stand_there_when_they_begin_and_when_they_are_ended(
    stack: Stack, owner: Json
) -> None:
    org = owner["org_id"]
    ada = joined(stack, org, f"ada@{org}.example", ["owner"], "Ada")
    (mine,) = as_person(stack, ada, "GET", "/identity/v1/sessions")["items"]
    as_person(stack, ada, "DELETE", f"/identity/v1/sessions/{mine['id']}")

    opened, ended = acts(stack, owner, "&type=session.*")

    assert (opened["type"], ended["type"]) == ("session.opened", "session.ended")
    assert {each["data"]["subject"]["id"] for each in (opened, ended)} == {mine["id"]}
    assert members(opened)["changes"]["amr"]["after"] == ["email"]
    assert ada not in json.dumps([opened, ended])


def test_a_link_that_works_no_more_is_counted_as_a_failed_sign_in(
    stack: Stack, owner: Json
) -> None:
    org, email = owner["org_id"], f"ada@{owner['org_id']}.example"
    joined(stack, org, email, ["owner"], "Ada")
    stack.must(None, "POST", "/identity/v1/sign-in", {"email": email})
    path = f"/identity/v1/sign-in/{posted(stack).token_to(email)}"
    stack.must(None, "POST", path)
    for _ in range(3):
        assert stack.ask(None, "POST", path).status_code == 410

    (failed,) = acts(stack, owner, "&type=sign_in.failed")

    assert failed["data"]["count"] == 1
    assert members(failed)["subject"]["name"] == "Ada"


def test_a_customer_keeps_its_own_keys_and_reads_its_own_trail(stack: Stack) -> None:
    customer = new_client(stack, "customer", ["controller"], ["portal:read", "portal:write"])
    ada = joined(stack, customer["org_id"], f"ada@{customer['org_id']}.example", ["owner"], "Ada")

    body = {"name": "CI", "scopes": ["portal:read"]}
    key = as_person(stack, ada, "POST", CLIENTS, body)
    as_person(stack, ada, "POST", f"{CLIENTS}/{key['id']}/rotate", {"overlap_hours": 1})
    wide = person_asks(stack, ada, "POST", CLIENTS, {"name": "x", "scopes": ["registry:read"]})

    assert stack.ask(key, "GET", "/portal/v1/me").status_code == 200
    assert wide.json["code"] == "scope-not-grantable"
    told = [each["type"] for each in as_person(stack, ada, "GET", AUDIT)["items"]]
    assert told[:2] == ["client.rotated", "client.created"]
