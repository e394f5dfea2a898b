"""Tokens, organisations and clients: who gets in, with which scopes, and who sees whom."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

import pytest
from werkzeug.test import Client

from tests.stack import Stack

TOKEN = "/identity/v1/token"
CLIENTS = "/identity/v1/clients"
ORGANISATIONS = "/identity/v1/organisations"


def organisation(stack: Stack, slug: str, *kind: str, by: dict[str, Any] | None = None) -> Any:
    body = {"slug": slug, "kind": list(kind), "legal_name": slug.title(), "country": "DK"}
    return stack.must(by or stack.admin, "POST", ORGANISATIONS, body)


def client(stack: Stack, org_id: str, *scopes: str) -> Any:
    body = {"org_id": org_id, "name": "A client", "scopes": list(scopes)}
    return stack.must(stack.admin, "POST", CLIENTS, body)


def ask_token(stack: Stack, **form: str) -> Any:
    return Client(stack.wsgi).post(TOKEN, data={"grant_type": "client_credentials", **form})


def test_it_works(stack: Stack) -> None:
    made = client(stack, organisation(stack, "ada", "processor")["id"], "registry:read")
    form = {"client_id": made["client_id"], "client_secret": made["client_secret"]}

    answer = ask_token(stack, **form).json

    assert answer["token_type"] == "Bearer"
    assert answer["scope"] == "registry:read"
    assert answer["expires_in"] == 900


def test_a_client_may_prove_itself_by_http_basic(stack: Stack) -> None:
    made = client(stack, organisation(stack, "basil", "processor")["id"], "registry:read")
    pair = f"{made['client_id']}:{made['client_secret']}".encode()
    basic = {"Authorization": "Basic " + base64.b64encode(pair).decode()}

    form = {"grant_type": "client_credentials"}
    answer = Client(stack.wsgi).post(TOKEN, data=form, headers=basic)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"client_id": "cli_unknown", "client_secret": "x"},
        {"client_id": "cli_service_registry", "client_secret": "x"},
        {"client_id": "cli_service_", "client_secret": ""},
    ],
)
def test_a_wrong_client_is_refused(stack: Stack, form: dict[str, str]) -> None:
    answer = ask_token(stack, **form)

    assert answer.status_code == 401
    assert answer.json["code"] == "invalid-client"


def test_a_token_can_be_narrowed_but_not_widened(stack: Stack) -> None:
    org = organisation(stack, "narrow", "processor")["id"]
    made = client(stack, org, "registry:read", "registry:write")
    form = {"client_id": made["client_id"], "client_secret": made["client_secret"]}

    assert ask_token(stack, **form, scope="registry:read").json["scope"] == "registry:read"
    assert ask_token(stack, **form, scope="platform:admin").status_code == 400


def test_a_client_cannot_hold_what_its_kind_of_organisation_may_not(stack: Stack) -> None:
    org = organisation(stack, "bob", "controller")["id"]
    body = {"org_id": org, "name": "Bob", "scopes": ["registry:write"]}

    answer = stack.ask(stack.admin, "POST", CLIENTS, body)

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["code"] == "scope-not-grantable"


def test_a_rotated_secret_ends_the_old_one(stack: Stack) -> None:
    made = client(stack, organisation(stack, "rot", "processor")["id"], "registry:read")
    fresh = stack.must(stack.admin, "POST", f"{CLIENTS}/{made['id']}/rotate")

    old = {"client_id": made["client_id"], "client_secret": made["client_secret"]}
    assert ask_token(stack, **old).status_code == 401
    new = {"client_id": made["client_id"], "client_secret": fresh["client_secret"]}
    assert ask_token(stack, **new).status_code == 200


def test_who_renews_a_secret_reads_how_long_tokens_of_the_old_one_live(stack: Stack) -> None:
    made = client(stack, organisation(stack, "rot2", "processor")["id"], "registry:read")
    old = {"client_id": made["client_id"], "client_secret": made["client_secret"]}
    payload = ask_token(stack, **old).json["access_token"].split(".")[1]
    ends = json.loads(base64.urlsafe_b64decode(payload + "=="))["exp"]

    fresh = stack.must(stack.admin, "POST", f"{CLIENTS}/{made['id']}/rotate")

    assert datetime.fromisoformat(fresh["old_tokens_until"]).timestamp() >= ends
    assert "old_tokens_until" not in made


def test_a_removed_client_gets_no_token(stack: Stack) -> None:
    made = client(stack, organisation(stack, "gone", "processor")["id"], "registry:read")
    seen = stack.ask(stack.admin, "GET", f"{CLIENTS}/{made['id']}").headers["ETag"]
    path = f"{CLIENTS}/{made['id']}"

    removed = stack.ask(stack.admin, "DELETE", path, headers={"If-Match": seen})

    assert removed.status_code == 204
    form = {"client_id": made["client_id"], "client_secret": made["client_secret"]}
    assert ask_token(stack, **form).status_code == 401


def test_secrets_appear_in_no_list_and_in_no_document(stack: Stack) -> None:
    org = organisation(stack, "secretive", "processor")["id"]
    made = client(stack, org, "registry:read")

    listed = stack.ask(stack.admin, "GET", f"{CLIENTS}?org_id={org}").text
    kept = str(stack.database("identity").db["clients"].find_one({"_id": made["id"]}))

    assert made["client_secret"] not in listed
    assert made["client_secret"] not in kept


def test_eve_sees_neither_the_organisation_nor_the_clients_of_another(stack: Stack) -> None:
    ada = organisation(stack, "ada-two", "processor")["id"]
    adas = client(stack, ada, "registry:read")
    eve = client(
        stack, organisation(stack, "eve", "processor")["id"], "identity:read", "identity:write"
    )

    assert stack.ask(eve, "GET", f"{ORGANISATIONS}/{ada}").status_code == 404
    assert stack.ask(eve, "GET", f"{CLIENTS}?org_id={ada}").status_code == 404
    assert stack.ask(eve, "POST", f"{CLIENTS}/{adas['id']}/rotate").status_code == 404
    assert stack.must(eve, "GET", f"{ORGANISATIONS}?slug=ada-two")["items"] == []


def test_a_processor_adds_its_customers_and_nobody_else(stack: Stack) -> None:
    org = organisation(stack, "vendor", "processor")["id"]
    vendor = client(stack, org, "identity:read", "identity:write")
    customer = organisation(stack, "its-customer", "controller", by=vendor)
    body = {"slug": "rival", "kind": ["processor"], "legal_name": "Rival", "country": "DK"}

    assert stack.must(vendor, "GET", f"{ORGANISATIONS}/{customer['id']}")["slug"] == "its-customer"
    assert stack.ask(vendor, "POST", ORGANISATIONS, body).status_code == 403


def test_a_slug_is_given_once(stack: Stack) -> None:
    organisation(stack, "only-one", "controller")
    body = {"slug": "only-one", "kind": ["controller"], "legal_name": "Two", "country": "DK"}

    answer = stack.ask(stack.admin, "POST", ORGANISATIONS, body)

    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["code"] == "slug-taken"


@pytest.mark.parametrize(
    ("country", "zone", "shown"),
    [
        ("GB", None, "Europe/London"), ("FI", None, "Europe/Helsinki"),
        # One clock with Copenhagen, so nothing needs a second zone.
        ("SE", None, "Europe/Copenhagen"), ("DK", None, "Europe/Copenhagen"),
        ("US", None, "Europe/Copenhagen"), ("GB", "Asia/Tokyo", "Asia/Tokyo"),
    ],
)  # fmt: skip
def test_an_organisation_lives_by_the_clock_of_its_country(
    stack: Stack, country: str, zone: str | None, shown: str
) -> None:
    body = {
        "slug": f"clock-{country}-{zone and 'own'}".lower(),
        "kind": ["controller"],
        "legal_name": "Clock",
        "country": country,
        **({"time_zone": zone} if zone else {}),
    }
    assert stack.must(stack.admin, "POST", ORGANISATIONS, body)["time_zone"] == shown


def test_an_organisation_is_changed_by_who_has_seen_its_latest_version(stack: Stack) -> None:
    path = f"{ORGANISATIONS}/{organisation(stack, 'changing', 'controller')['id']}"
    seen = {"If-Match": stack.ask(stack.admin, "GET", path).headers["ETag"]}
    change = {"legal_name": "Changed", "time_zone": "Europe/Stockholm"}

    first = stack.ask(stack.admin, "PATCH", path, change, headers=seen)
    second = stack.ask(stack.admin, "PATCH", path, change, headers=seen)
    without = stack.ask(stack.admin, "PATCH", path, change)
    any_there_is = stack.ask(stack.admin, "PATCH", path, change, headers={"If-Match": "*"})

    assert [first.status_code, second.status_code, without.status_code] == [200, 412, 428]
    assert any_there_is.status_code == 200


def test_lists_page_to_their_end_without_gap_or_double(stack: Stack) -> None:
    made = {organisation(stack, f"paged-{n}", "controller")["id"] for n in range(7)}
    seen: list[str] = []
    cursor = ""
    while True:
        page = stack.must(stack.admin, "GET", f"{ORGANISATIONS}?limit=3{cursor}")
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"

    assert len(seen) == len(set(seen))
    assert made <= set(seen)


@pytest.mark.parametrize("cursor", ["x", "e30", "eyIkZ3QiOiIifQ", "dHJ1ZQ", "%00"])
def test_a_cursor_nobody_gave_out_is_refused(stack: Stack, cursor: str) -> None:
    answer = stack.ask(stack.admin, "GET", f"{ORGANISATIONS}?cursor={cursor}")

    assert answer.status_code == 400


def test_the_signing_key_is_encrypted_at_rest(stack: Stack) -> None:
    stack.token(stack.admin)
    kept = stack.database("identity").db["keys"].find_one()

    assert kept is not None
    assert set(kept) == {"_id", "created_at", "algorithm", "public", "sealed"}
    assert len(kept["sealed"]) == 12 + 32 + 16


def test_a_processor_cannot_act_for_the_customer_it_has_entered(stack: Stack) -> None:
    org = organisation(stack, "maker", "processor")["id"]
    vendor = client(stack, org, "identity:read", "identity:write")
    customer = organisation(stack, "made", "controller", by=vendor)
    its_own = client(stack, customer["id"], "portal:read")
    body = {"org_id": customer["id"], "name": "Not mine", "scopes": ["portal:write"]}

    assert stack.ask(vendor, "POST", CLIENTS, body).status_code == 404
    assert stack.ask(vendor, "GET", f"{CLIENTS}?org_id={customer['id']}").status_code == 404
    assert stack.ask(vendor, "POST", f"{CLIENTS}/{its_own['id']}/rotate").status_code == 404


@pytest.mark.parametrize("asked", [["registry:write"], ["registry:read", "agreements:write"]])
def test_nobody_grants_what_it_does_not_hold(stack: Stack, asked: list[str]) -> None:
    org = organisation(stack, f"grantor-{len(asked)}", "processor")["id"]
    me = client(stack, org, "identity:write", "registry:read")
    body = {"name": "More than me", "scopes": asked}

    answer = stack.ask(me, "POST", CLIENTS, body)

    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["code"] == "grant-too-wide"
    assert asked[-1] in answer.json["detail"]
    body["scopes"] = ["registry:read"]
    assert stack.ask(me, "POST", CLIENTS, body).status_code == 201


def test_a_narrowed_token_grants_no_more_than_it_says(stack: Stack) -> None:
    org = organisation(stack, "narrowed", "processor")["id"]
    me = client(stack, org, "identity:write", "registry:write")
    form = {"client_id": me["client_id"], "client_secret": me["client_secret"]}
    token = ask_token(stack, **form, scope="identity:write").json["access_token"]
    narrow = {"Authorization": f"Bearer {token}"}
    body = {"name": "x", "scopes": ["registry:write"]}

    assert stack.ask(None, "POST", CLIENTS, body, headers=narrow).status_code == 403
    path = f"{CLIENTS}/{me['id']}/rotate"
    assert stack.ask(None, "POST", path, headers=narrow).status_code == 403
    assert ask_token(stack, **form).status_code == 200


def test_nobody_renews_the_secret_of_a_client_that_may_do_more(stack: Stack) -> None:
    org = organisation(stack, "renewer", "processor")["id"]
    less = client(stack, org, "identity:write", "registry:read")
    more = client(stack, org, "registry:read", "registry:write")

    answer = stack.ask(less, "POST", f"{CLIENTS}/{more['id']}/rotate")

    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["code"] == "grant-too-wide"
    form = {"client_id": more["client_id"], "client_secret": more["client_secret"]}
    assert ask_token(stack, **form).status_code == 200


def test_the_platform_gives_others_what_they_need_and_itself_no_more_than_it_has(
    stack: Stack,
) -> None:
    platform = stack.admin["org_id"]
    small = client(stack, platform, "identity:write", "platform:admin")
    org = organisation(stack, "onboarded", "processor")["id"]

    theirs = {"org_id": org, "name": "Theirs", "scopes": ["registry:write"]}
    assert stack.ask(small, "POST", CLIENTS, theirs).status_code == 201
    mine = {"name": "Mine", "scopes": ["instruments:write"]}
    assert stack.ask(small, "POST", CLIENTS, mine).status_code == 403


def test_who_counts_as_one_is_told_to_the_organisation_itself_and_not_to_another(
    stack: Stack,
) -> None:
    org = organisation(stack, "handy", "processor")["id"]
    me = client(stack, org, "identity:read", "identity:write")
    mine = stack.must(me, "POST", CLIENTS, {"name": "Mine", "scopes": ["identity:read"]})
    other = client(stack, org, "identity:read")
    rival = client(stack, organisation(stack, "rival-hand", "processor")["id"], "identity:read")
    path = f"/identity/v1/hands?org_id={org}&actor_ids={me['id']},{mine['id']},{other['id']}"

    hands = stack.must(me, "GET", path)["hands"]

    assert hands[me["id"]] == hands[mine["id"]] != hands[other["id"]]
    assert stack.ask(rival, "GET", path).status_code == 404
    assert stack.ask(rival, "GET", path.replace(org, "org_none")).status_code == 404
