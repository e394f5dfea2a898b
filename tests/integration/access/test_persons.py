"""Every route × every role of every kind of organisation: what a role opens, and only in one's own.

``persons.txt`` says of each route which roles open it. A person of another organisation finds
there what never was, whatever the role; and a vendor never a key of its customer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from werkzeug.test import TestResponse

from services.identity.model.roles import table
from shared.auth import Person
from tests.integration.access.table import KINDS, Route, expected, foreign, routes
from tests.integration.access.test_matrix import _paths, ask_with, plain
from tests.integration.access.world import MARK, World, built, never
from tests.people import deps_of, exchange, joined
from tests.stack import fresh_stack

EXPECTED = Path(__file__).with_name("persons.txt")
CLIENTS = "/identity/v1/clients"
# Values of parameters that name nothing.
NOTHING = {
    "instrument_id": "eu-us-none", "token": "none", "person_id": "per_none", "name": "none",
    "passkey_id": "pky_none", "session_id": "ses_none", "filename": "none.css",
    "entry_id": "sub_none",
}  # fmt: skip
# Of whose persons the matrix asks, and what kind of organisation that is.
OWN = {"vendor": "processor", "customer": "controller", "platform": "platform"}
OTHERS = {"another vendor": "processor", "customer of another vendor": "controller"}


@dataclass(frozen=True)
class Caller:
    """A person with a token: ``role`` of an organisation of this kind."""

    role: str
    kind: str
    org_id: str
    person: Person
    token: str

    def __str__(self) -> str:
        return f"{self.kind} {self.role}"


@dataclass(frozen=True)
class Populated:
    """The world of the matrix with persons in it, by whose they are."""

    world: World
    persons: dict[str, list[Caller]]

    def all_of(self, whose: dict[str, str]) -> Iterator[Caller]:
        for name in whose:
            yield from self.persons[name]


@pytest.fixture(scope="module")
def populated(mongo_url: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Populated]:
    with fresh_stack(mongo_url, mongo_client) as stack:
        world = built(stack)
        organisations = {
            "vendor": world.a.client["org_id"],
            "customer": world.owner["org_id"],
            "platform": stack.admin["org_id"],
            "another vendor": world.b.client["org_id"],
            "customer of another vendor": world.callers["customer of another vendor"]["org_id"],
        }
        kinds = {**OWN, **OTHERS}
        yield Populated(
            world,
            {
                whose: [caller(world, org_id, kinds[whose], role) for role in table()[kinds[whose]]]
                for whose, org_id in organisations.items()
            },
        )


def caller(world: World, org_id: str, kind: str, role: str) -> Caller:
    mark = MARK if org_id in (world.a.client["org_id"], world.owner["org_id"]) else "Other"
    email = f"{mark}-{role}-{org_id}@persons.example".lower()
    session = joined(world.stack, org_id, email, [role], f"{mark} {role}")
    person = deps_of(world.stack).people.at(email)
    assert person is not None
    token = exchange(world.stack, session).json["access_token"]
    return Caller(role, kind, org_id, Person(person.id, person.name), token)


@pytest.fixture(scope="module")
def guarded(populated: Populated) -> list[Route]:
    return [each for each in routes(populated.world.stack.apps) if each.door]


def nowhere(world: World, route: Route) -> str:
    """The path with names of nothing, so that a role is all that counts, and nothing is done."""
    named = {each: never(world.things[kind][0]) for each, kind in KINDS.items()}
    return route.to({**dict.fromkeys(route.parameters, "none"), **named, **NOTHING})


def opens(populated: Populated, who: Caller, route: Route) -> bool:
    answer = ask_with(populated.world, who.token, route, nowhere(populated.world, route))
    assert answer.status_code not in (401, 500), (str(who), str(route), answer.text)
    return answer.status_code != 403


def line(route: Route, who: list[Caller]) -> str:
    """A line of ``persons.txt``: the roles that open a route, by kind of organisation."""
    by_kind = {
        kind: " ".join(each.role for each in who if each.kind == kind) for kind in OWN.values()
    }
    told = " | ".join(f"{kind}: {roles}" for kind, roles in by_kind.items() if roles)
    return f"{route} | {told or 'nobody'}"


def test_a_role_opens_the_routes_of_the_table_and_no_other(
    populated: Populated, guarded: list[Route], record_property: Any
) -> None:
    callers = list(populated.all_of(OWN))
    found = [line(it, [each for each in callers if opens(populated, each, it)]) for it in guarded]
    record_property("cells", len(guarded) * len(callers))

    told = [each for each in EXPECTED.read_text("utf-8").splitlines() if each[:1] not in ("#", "")]

    wrong = sorted(set(found) ^ set(told))
    assert not wrong, "lines that are missing or wrong:\n" + "\n".join(wrong)
    assert len(guarded) * len(callers) > 3_000


def test_a_foreign_thing_is_one_that_never_was_for_every_role(
    populated: Populated, guarded: list[Route], record_property: Any
) -> None:
    world, told, wrong, cells = populated.world, expected(), [], 0
    for route in (each for each in guarded if told.get(str(each)) == "foreign"):
        for who in populated.all_of(OTHERS):
            if not opens(populated, who, route):
                continue
            for there, absent in foreign(world, route):
                cells += 1
                one, other = (
                    ask_with(world, who.token, route, route.to(each)) for each in (there, absent)
                )
                same = plain(world, one, *there.values()) == plain(world, other, *absent.values())
                if one.status_code != 404 or not same or leaked(populated, one, there):
                    wrong.append((str(who), str(route), there, one.status_code, one.text[:150],
                                  other.status_code, other.text[:150]))  # fmt: skip
    record_property("cells", cells)
    assert not wrong, "\n".join(map(str, wrong))
    assert cells > 300


def test_what_speaks_of_ones_own_speaks_of_nobody_else(
    populated: Populated, guarded: list[Route], record_property: Any
) -> None:
    told, wrong, cells = expected(), [], 0
    for route in guarded:
        if told.get(str(route)) not in ("own", "common") or route.parameters:
            continue
        for who in populated.all_of(OTHERS):
            cells += 1
            answer = ask_with(populated.world, who.token, route, route.path)
            out = leaked(populated, answer, {})
            if answer.status_code >= 500 or out:
                wrong.append((str(who), str(route), answer.status_code, out))
    record_property("cells", cells)
    assert not wrong, "\n".join(map(str, wrong))


PEOPLE = [("GET", None), ("PATCH", {"roles": ["reader"]}), ("DELETE", None)]


@pytest.mark.parametrize(("method", "body"), PEOPLE)
def test_persons_of_another_organisation_were_never_there(
    populated: Populated, method: str, body: Any
) -> None:
    theirs = populated.persons["vendor"][0]
    for who in populated.all_of(OTHERS):
        answers = [
            populated.world.stack.ask(None, method, f"/identity/v1/people/{each}", body,
                                      headers={"Authorization": f"Bearer {who.token}"})
            for each in (theirs.person.id, never(theirs.person.id))
        ]  # fmt: skip
        world = populated.world
        one, other = (plain(world, each, theirs.person.id) for each in answers)
        assert answers[0].status_code in (403, 404), str(who)
        assert one[0] == other[0], str(who)
        assert not leaked(populated, answers[0], {})


def test_nobody_ends_the_session_of_another(populated: Populated) -> None:
    world = populated.world
    deps = deps_of(world.stack)
    theirs = populated.persons["vendor"][0]
    (session,) = deps.sessions.of(theirs.person.id, world.stack.now)
    for who in (*populated.all_of(OTHERS), *populated.persons["vendor"][1:]):
        path = f"/identity/v1/sessions/{session.id}"
        headers = {"Authorization": f"Bearer {who.token}"}
        assert world.stack.ask(None, "DELETE", path, headers=headers).status_code == 404, str(who)
    assert len(deps.sessions.of(theirs.person.id, world.stack.now)) == 1


KEY_ACTS: list[tuple[str, str, Any]] = [
    ("POST", CLIENTS, {"org_id": "{org}", "name": "mine", "scopes": ["portal:read"]}),
    ("GET", f"{CLIENTS}?org_id={{org}}", None),
    ("GET", f"{CLIENTS}/{{client}}", None),
    ("POST", f"{CLIENTS}/{{client}}/rotate", {"overlap_hours": 168}),
    ("DELETE", f"{CLIENTS}/{{client}}", None),
    ("GET", "/identity/v1/hands?org_id={org}&actor_ids={client}", None),
    ("POST", "/identity/v1/people",
     {"organisation": "{org}", "email": "me@v.example", "name": "Me", "roles": ["owner"]}),
    ("GET", "/identity/v1/people?organisation={org}", None),
]  # fmt: skip


@pytest.mark.parametrize("act", KEY_ACTS, ids=lambda act: f"{act[0]} {act[1]}")
def test_a_vendor_gets_at_no_key_of_its_customer(
    populated: Populated, act: tuple[str, str, Any]
) -> None:
    """In whatever role, and as the client that entered it."""
    world, (method, path, body) = populated.world, act
    customer = world.owner
    named = {"org": customer["org_id"], "client": customer["client_id"]}
    before = keys_of(world, customer["org_id"])
    sent = json.loads(json.dumps(body).replace("{org}", named["org"]))
    for who, token in vendor_tokens(populated).items():
        headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
        target = path.format(**named)
        answer = world.stack.ask(None, method, target, sent, headers=headers)
        assert answer.status_code in (403, 404), (who, answer.text)
        assert customer["client_id"] not in answer.text.replace(target, ""), who
    assert keys_of(world, customer["org_id"]) == before


def test_no_answer_to_a_vendor_has_a_key_of_its_customer(
    populated: Populated, guarded: list[Route], record_property: Any
) -> None:
    """Over every route that reads, with the customer named wherever a name can stand."""
    world, wrong, cells = populated.world, [], 0
    kept = [*secrets_of(world, world.owner["org_id"]), world.owner["client_secret"]]
    for route in (each for each in guarded if each.method == "GET"):
        for path in _paths(world, route):
            for who, token in vendor_tokens(populated).items():
                cells += 1
                answer = ask_with(world, token, route, path)
                if "client_secret" in answer.text or any(each in answer.text for each in kept):
                    wrong.append((who, path))
    record_property("cells", cells)
    assert not wrong
    assert cells > 500


def vendor_tokens(populated: Populated) -> dict[str, str]:
    tokens = {str(each): each.token for each in populated.persons["vendor"]}
    return {**tokens, "client": populated.world.stack.token(populated.world.a.client)}


def secrets_of(world: World, org_id: str) -> list[str]:
    return [each["secret_sha256"] for each in keys_of(world, org_id)]


def keys_of(world: World, org_id: str) -> list[Any]:
    return list(world.stack.database("identity").db["clients"].find({"org_id": org_id}))


def leaked(populated: Populated, answer: TestResponse, there: dict[str, str]) -> list[str]:
    """What of vendor A and its customer stands in the answer, but for what the request named."""
    raw = answer.data.decode("utf-8", "replace") + json.dumps(list(answer.headers))
    for each in there.values():
        raw = raw.replace(each, "")
    persons = [each.person.id for whose in OWN for each in populated.persons[whose]]
    named = set(there.values())
    hidden = [MARK, *persons, *(each for each in populated.world.secrets() if each not in named)]
    return [each for each in hidden if each.lower() in raw.lower()]
