"""A marker in every private member, and in members nobody knows, comes out of no public form."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from services.notices import events
from services.notices.letters import letter_of
from services.public.formats import pdf
from services.public.query import Query
from services.registry.transfers import load_instruments
from tests import builders
from tests.receiver import Receiver
from tests.vendor import Vendor

Json = dict[str, Any]
MARK = "marker"
PERSON = f"{MARK}-person"
FORMS = [
    "", ".json", ".csv", ".jsonld", "/changes", "/changes.atom", "/changes.json",
    "/deadlines.ics", "/ledger.jsonl", "/checkpoints.json", "/schema.json",
]  # fmt: skip


def marked(name: str) -> Json:
    """An entry with a marker in each member that is between the parties, on every instrument."""
    return builders.sub_processor(
        legal_name=name,
        contact={"name": PERSON, "position": PERSON, "email": f"{PERSON}@x.example"},
        flow_down={"reference": f"{MARK}-contract", "signed_on": "2026-11-01"},
        locations=[{"country": "US", "kind": "storage", "mechanisms": [
            {"instrument_id": "eu-us-dpf", "evidence": builders.evidence_of_dpf()},
            {"instrument_id": "scc-2021-914", "role": "fallback",
             "evidence": builders.evidence_of_scc(tia_reference=f"{MARK}-tia")},
            *({"instrument_id": each, "role": "fallback", "evidence": _private_texts(each)}
              for each in ("bcr-p", "derogation-b", "ad-hoc", "certification", "scc-authority")),
        ]}],
    )  # fmt: skip


def _private_texts(instrument_id: str) -> Json:
    asked = load_instruments()[instrument_id].requires
    return {name: f"{MARK}-{name}" for name in asked if name.endswith(("reference", "cation"))}


def poured(value: Any, path: str = "") -> Any:
    """``value`` with an unknown member in every object, as an older version could have kept it."""
    if isinstance(value, dict):
        inner = {name: poured(each, f"{path}.{name}") for name, each in value.items()}
        return {**inner, "tia_text": f"{MARK}-unknown-{path}"} if "en" not in value else inner
    return [poured(each, path) for each in value] if isinstance(value, list) else value


def pour_into_the_database(vendor: Vendor) -> None:
    """Unknown members in rows, changes, and one chained ledger entry."""
    db = vendor.stack.database("registry").db
    mine = {"processor_id": vendor.client["org_id"]}
    for row in db["rows"].find(mine):
        db["rows"].update_one({"_id": row["_id"]}, {"$set": {"content": poured(row["content"])}})
    for change in db["changes"].find(mine):
        members = {name: poured(change[name]) for name in ("content", "previous") if change[name]}
        db["changes"].update_one({"_id": change["_id"]}, {"$set": members})


def chain_as_an_older_version(vendor: Vendor) -> None:
    """Tell of the last announcement once more, the way it would have been told."""
    deps = vendor.stack.registry
    stream = deps.stores.registers.by_slug(vendor.slug).stream
    last = deps.ledger.entries(stream)[-1]
    deps.ledger.append(None, stream, last.type, poured(last.data), at=deps.now(), actor="cli_x",
                       private=deps.ledger.private_part(last))  # fmt: skip


@pytest.fixture(params=[False, True], ids=["as it is written", "as an older version kept it"])
def register(
    request: pytest.FixtureRequest, vendor: Vendor, inbox: Receiver
) -> Iterator[tuple[Vendor, Json, Json]]:
    """A register with a marked entry in force and one to come, its customer told of it."""
    inbox.requests.clear()
    vendor.receiver_url = inbox.url
    customer = vendor.customer("nordbo")
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [
        marked("At work Inc.")]})  # fmt: skip
    vendor.publish()
    draft = vendor.draft(sub_processor=marked("To come Inc."))
    if request.param:
        pour_into_the_database(vendor)
    vendor.must("POST", f"/changes/{draft['id']}/announce")
    if request.param:
        chain_as_an_older_version(vendor)
    vendor.must("POST", "/checkpoints")
    vendor.stack.tell()
    yield vendor, customer, draft
    vendor.stack.forget_tokens()


def test_no_marker_is_in_any_public_form(register: tuple[Vendor, Json, Json]) -> None:
    vendor, _, draft = register
    entry = vendor.must("GET", "/sub-processors")["items"][0]["id"]
    later = draft["effective_on"]
    query = f"as_of={later}"
    paths = [f"{form}?lang={tag}" for form in FORMS for tag in ("en", "da", "sv")]
    paths += [f"{form}?{query}" for form in FORMS[:4]]
    paths += [f"/diff?from=2026-01-01&to={later}&lang={tag}" for tag in ("en", "da", "sv")]
    paths += [f"/diff?from=2025-01-01&to={vendor.today}"]
    paths += [f"/sub-processors/{each}?{query}" for each in (entry, draft["sub_processor"]["id"])]
    addresses = [f"/p/{vendor.slug}{path}" for path in paths]
    addresses += ["/", "/.well-known/sub-processors.json", f"{vendor.path}/ledger", vendor.path,
                  f"{vendor.path}/checkpoints"]  # fmt: skip

    answers = {each: vendor.stack.ask(None, "GET", each) for each in addresses}

    assert {each: answer.status_code for each, answer in answers.items()
            if answer.status_code != 200} == {}  # fmt: skip
    assert "To come Inc." in answers[f"/p/{vendor.slug}?{query}"].text
    assert [each for each, answer in answers.items() if MARK in answer.text] == []


def test_no_marker_is_in_the_pdf(register: tuple[Vendor, Json, Json]) -> None:
    vendor, _, draft = register
    public = vendor.stack.apps["public"].extensions["art28.deps"]
    query = Query(slug=vendor.slug, language="en")

    told = pdf.content(public.register(query))

    made = vendor.stack.ask(None, "GET", f"/p/{vendor.slug}.pdf").data
    assert "At work Inc." in json.dumps(told)
    assert draft["sub_processor"]["legal_name"] in json.dumps(told)
    assert MARK not in json.dumps(told)
    assert MARK.encode() not in made + unpacked(made)


def unpacked(file: bytes) -> bytes:
    texts = []
    for part in file.split(b"stream\n")[1:]:
        try:
            texts.append(zlib.decompressobj().decompress(part))
        except zlib.error:
            continue
    return b"".join(texts)


def test_messages_and_mails_have_the_contact_person_and_no_other_marker(
    register: tuple[Vendor, Json, Json], inbox: Receiver
) -> None:
    vendor, customer, _ = register
    stack = vendor.stack
    stack.pass_time(days=61)
    stack.forget_tokens()
    stack.settle()

    bodies = [json.loads(each.body) for each in inbox.requests]
    pulled = read_by(vendor, customer)
    letters = [
        letter_of(body["type"], language, body, "https://x.example/a")
        for body in bodies for language in ("en", "da", "sv")
        if body["type"] in (*events.NOTICES, *events.MAILED)
    ]  # fmt: skip

    announced = [each for each in bodies if each["type"] == "sub_processor.change.announced"]
    assert announced
    assert all(PERSON in json.dumps(each) for each in announced)
    assert any(PERSON in str(each) for each in letters)
    for told in (*bodies, *pulled, *map(str, letters)):
        assert MARK not in json.dumps(told).replace(PERSON, "")


def read_by(vendor: Vendor, customer: Json) -> list[Json]:
    """All messages, as the customer pulls them; those of the present second come a little later."""
    vendor.stack.pass_time(seconds=1)
    items: list[Json] = vendor.stack.must(customer, "GET", "/portal/v1/events?limit=200")["items"]
    return items


def test_a_customers_own_list_has_what_controllers_may_know_and_nothing_unknown(
    register: tuple[Vendor, Json, Json],
) -> None:
    vendor, customer, draft = register
    day, change_id = draft["effective_on"], draft["id"]
    answers = [
        vendor.stack.ask(customer, "GET", f"/portal/v1{path}").text
        for path in (
            "/me", "/agreements", f"/sub-processors?as_of={day}", f"/transfers?as_of={day}",
            "/changes", f"/changes/{change_id}", "/events", "/objections",
            f"/gate?sub_processor_id={draft['sub_processor']['id']}",
        )
    ]  # fmt: skip

    assert f"{MARK}-contract" in answers[2]
    assert f"{MARK}-tia" in answers[2]
    assert [each for each in answers if f"{MARK}-unknown" in each] == []


def test_a_person_who_is_erased_is_in_no_message_any_more(
    vendor: Vendor, inbox: Receiver, told_at_once: None
) -> None:
    customer = vendor.customer("lillebror")
    vendor.announced(sub_processor=marked("To come Inc."), days=60)
    told = read_by(vendor, customer)
    vendor.stack.pass_time(days=61)
    vendor.stack.settle()
    entry = vendor.must("GET", "/sub-processors")["items"][0]
    other = builders.sub_processor(legal_name=entry["legal_name"])
    day = (vendor.today + timedelta(60)).isoformat()
    vendor.announced(kind="modify", sub_processor_id=entry["id"], sub_processor=other,
                     effective_on=day)  # fmt: skip
    vendor.stack.pass_time(days=61)
    vendor.stack.settle()
    body = {"email": f"{PERSON}@x.example", "reason": "It was asked for."}
    vendor.must("POST", "/erasures", body)
    vendor.stack.tell()

    after = read_by(vendor, customer)

    assert PERSON in json.dumps(told)
    assert len(after) > len(told)
    assert PERSON not in json.dumps(after)
