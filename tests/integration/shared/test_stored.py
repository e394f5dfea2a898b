"""What services store is what the TypedDicts of their collections declare."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, TypedDict

import pytest
from pymongo import MongoClient

from services.agreements.official_files import OfficialFile
from services.agreements.store.documents import OfficialTexts
from services.identity.throttle import Throttle
from shared.failures import Failures
from shared.idempotency import HEADER
from shared.loops import Heartbeats
from shared.mongo import Mongo
from tests import stored
from tests.integration.access.world import World, built
from tests.integration.agreements.shop import open_shop, template_body
from tests.integration.identity.test_clients import ask_token
from tests.integration.notices.chat_tool import chatting
from tests.integration.notices.post import (
    MailWorld,
    Post,
    always,
    mail_settings,
    make_mail_world,
    posting,
)
from tests.integration.notices.test_address_alarms import probe
from tests.integration.notices.test_chat import Chatting
from tests.integration.notices.test_digests import three_unreached, wait
from tests.integration.notices.test_subscribers import BO, ask, subscribe
from tests.integration.notices.world import VENDOR
from tests.integration.notices.world import Receiver as Taker
from tests.integration.notices.world import receiving as taking
from tests.integration.registry.importing import taken
from tests.integration.registry.test_bases import adopt, end, new_instrument, provider
from tests.integration.shared.persons import persons
from tests.integration.shared.test_answers import (
    ENDPOINTS,
    changed,
    deletion,
    emergency,
    instruments,
    letter,
    organisations_and_clients,
    outside_signatures,
    proposals,
    roll_out,
    settle,
    told_of_a_change,
    webhooks,
)
from tests.integration.shared.test_answers import customers as brought_customers
from tests.integration.shared.ways_in import ways_in
from tests.receiver import Receiver, receiving
from tests.stack import Stack, fresh_stack
from tests.stored import OWN, SHARED
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client


@pytest.fixture(scope="module")
def databases(
    mongo_url: str, mongo_client: MongoClient[dict[str, Any]]
) -> Iterator[dict[str, list[Mongo]]]:
    """The databases of each service after a story in which every collection is written to."""
    with fresh_stack(mongo_url, mongo_client) as stack, receiving() as inbox:
        own = {name: [stack.database(name)] for name in OWN}
        tell_story(stack, inbox)
        by_mail, by_chat = (Mongo(mongo_client, f"{stack.common.db_prefix}_{n}") for n in "mc")
        with taking() as taker:
            send_mails(by_mail, taker)
            send_to_a_room(by_chat, taker)
        own["notices"] += [by_mail, by_chat]
        yield own


@pytest.mark.parametrize("service", OWN)
def test_stored_documents_are_as_their_types_declare(
    databases: dict[str, list[Mongo]], service: str
) -> None:
    declared = {**SHARED, **OWN[service]}
    assert [stored.faults(mongo.db, declared) for mongo in databases[service]] == [
        [] for _ in databases[service]
    ]


def test_the_story_writes_to_every_declared_collection(
    databases: dict[str, list[Mongo]],
) -> None:
    filled = {
        name: {each for mongo in some for each in stored.filled(mongo.db)}
        for name, some in databases.items()
    }
    assert {name: OWN[name].keys() - filled[name] for name in OWN} == {name: set() for name in OWN}
    assert SHARED.keys() - set.union(*filled.values()) == set()


class Small(TypedDict):
    """A document of this test."""

    _id: str
    count: int
    parts: list[dict[str, str]]


GOOD = {"_id": "a", "count": 1, "parts": [{"x": "y"}]}


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({**GOOD, "more": 1}, "things.more: not declared"),
        ({"_id": "a", "parts": []}, "things.count: missing"),
        ({**GOOD, "count": "1"}, "things.count: str is not int"),
        ({**GOOD, "parts": [{"x": 1}]}, "things.parts[].*: int is not str"),
    ],
)
def test_a_document_that_departs_from_its_type_is_found(
    mongo: Mongo, document: dict[str, Any], fault: str
) -> None:
    mongo.db["things"].insert_one(document)
    assert stored.faults(mongo.db, {"things": Small}) == [fault]


def test_a_collection_without_a_type_is_found(mongo: Mongo) -> None:
    mongo.db["things"].insert_one(dict(GOOD))
    assert stored.faults(mongo.db, {"things": Small}) == []
    assert stored.faults(mongo.db, {}) == ["things: the collection is not declared"]


def tell_story(stack: Stack, inbox: Receiver) -> None:
    world = built(stack)
    contracts(world)
    changes(world)
    customers(world, inbox)
    used_link(stack)
    cut_off_upload(stack)
    official_text(stack)
    basis_ends(stack)
    loops(stack)
    waiting_webhooks(world, inbox)


def contracts(world: World) -> None:
    stack, vendor = world.stack, world.a
    organisations_and_clients(vendor)
    # With an owner of its own the vendor's clients would approve nothing any more.
    persons(stack, new_client(stack, "people", ["processor"], PROCESSOR_SCOPES)["org_id"])
    ways_in(stack)
    shop = open_shop(vendor)
    roll_out(shop)
    proposals(shop)
    outside_signatures(shop)
    provider = {"url": "http://127.0.0.1:9/sign"}
    stack.must(vendor.client, "PUT", "/agreements/v1/signature-provider", provider)
    changed(vendor, "/agreements/v1/retention", {"retention_years": 7}, method="PUT")
    path = f"/agreements/v1/agreements/{world.owner['agreement_id']}"
    assert stack.ask(vendor.client, "GET", f"{path}/document").status_code == 200
    answer = stack.ask(
        vendor.client, "POST", "/agreements/v1/templates", template_body(), headers={HEADER: "one"}
    )
    assert answer.status_code == 201, answer.text
    wrong = {"client_id": vendor.client["client_id"], "client_secret": "wrong"}
    assert ask_token(stack, **wrong).status_code == 401
    Throttle(stack.database("identity"), 5).failed("cli_1", "192.0.2.1", stack.now)


def changes(world: World) -> None:
    vendor = world.a
    vendor.customer("nordbo", notice_days=10, objection_days=5)
    emergency(vendor)
    settle(vendor, "request-modification", "offer-mitigation", "accept-mitigation")
    path = f"/portal/v1/changes/{told_of_a_change(vendor)}/approval"
    world.stack.must(vendor.customers["nordbo"], "POST", path)
    letter(vendor)
    deletion(vendor)
    answered_import(vendor)
    brought_customers(vendor)


def answered_import(vendor: Vendor) -> None:
    """An answer to a question of an import is kept for the next one."""
    told = taken(vendor, "Name,Location\nHost,EU\n")
    answers = [{"id": told["questions"][0]["id"], "values": ["DE"]}]
    vendor.must("POST", f"/imports/{told['id']}/answers", {"answers": answers})


def customers(world: World, inbox: Receiver) -> None:
    vendor = world.a
    webhooks(vendor, inbox)
    person = {"name": "Bo Dahl", "email": "bo@nordbo.test", "position": "DPO"}
    changed(vendor, "/portal/v1/notice-contacts", {"contacts": [person]}, method="PUT",
            who=vendor.customers["nordbo"])  # fmt: skip
    world.stack.must(vendor.customers["nordbo"], "POST", "/portal/v1/calendar-link")


def used_link(stack: Stack) -> None:
    """Somebody has answered by a link that was mailed to this address."""
    stores = stack.apps["notices"].extensions["art28.deps"].stores
    seen = ("org_nordbo", "bo@nordbo.test", "acknowledged", stack.now)
    stores.mongo.transact(lambda session: stores.verified.note(*seen, session))


def official_text(stack: Stack) -> None:
    """What a start with a folder of official texts keeps."""
    file = OfficialFile("eu-2021-915.en.pdf", "0" * 64, b"%PDF")
    OfficialTexts(stack.database("agreements")).keep(file, stack.now)


def cut_off_upload(stack: Stack) -> None:
    """A file whose process was killed while it came in."""
    files = stack.apps["registry"].extensions["art28.deps"].stores.files
    files._uploads.insert_one({"_id": "fil_cut", "begun_at": stack.now})


def basis_ends(stack: Stack) -> None:
    """An instrument that carries a transfer ends in five days; a review is due in thirty."""
    instruments(stack)
    client = new_client(stack, "ending", ["processor"], PROCESSOR_SCOPES)
    instrument_id = new_instrument(stack)
    entry = provider(instrument_id)
    evidence = entry["locations"][0]["mechanisms"][0]["evidence"]
    evidence["tia_review_on"] = str(stack.now.date() + timedelta(days=30))
    adopt(Vendor(stack, client, client["slug"]), entry)
    end(stack, instrument_id, 5)
    stack.pass_time(hours=1)
    stack.go_live()


def loops(stack: Stack) -> None:
    """One job fails, and every service has a loop that beats."""
    for name in OWN:
        mongo = stack.database(name)
        failures = Failures(mongo, "a.loop", lambda: stack.now)
        failures.barred()
        failures.run(["job"], _fail)
        Heartbeats(mongo, lambda: stack.now).beat("a.loop", "")


def _fail(job: str) -> None:
    raise ValueError(job)


def waiting_webhooks(world: World, inbox: Receiver) -> None:
    """What is announced last is not sent any more: it waits in a parcel."""
    world.stack.must(world.a.customers["nordbo"], "POST", ENDPOINTS, {"url": inbox.url})
    world.stack.settle()
    world.a.announced()
    world.stack.relay()
    world.stack.fan_out()


def send_mails(mongo: Mongo, taker: Taker) -> None:
    """Some are refused, so that the vendor is mailed, too."""
    post = Post()
    with posting(post) as port:
        world = make_mail_world(mongo, taker, post, mail_settings(port))
        three_unreached(world)
        wait(world, minutes=11)
        # Refused as well, where a vendor reads answers.
        probe(world)
        post.to_recipient = always("250 2.1.5 Ok")
        subscribed(world)


def subscribed(world: MailWorld) -> None:
    """One follows a register that is not public any more, one has not confirmed yet."""
    subscribe(world)
    ask(world, BO)
    page = {"processor": VENDOR, "on": "2026-11-23"}
    told = world.world.ledger.entry(f"processor:{VENDOR['id']}", "register.unpublished", page)
    world.world.tell(told)


def send_to_a_room(mongo: Mongo, taker: Taker) -> None:
    with chatting() as tool:
        chat = Chatting(make_mail_world(mongo, taker, Post(), mail_settings(1)), tool)
        chat.room()
        chat.announce()
