"""A write and its answer are one: what cannot be answered is not saved, and may be asked again."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo import MongoClient
from werkzeug.routing import Map

from shared.idempotency import IN_STEPS
from shared.times import format_instant
from shared.webhook_signing import signed_headers
from tests import builders
from tests.integration.agreements.shop import Shop, open_shop
from tests.integration.agreements.test_import import PDF, READ, bring, row, upload
from tests.integration.identity.bringing import (
    COMPANY,
    ELSEWHERE,
    answered,
    as_csv,
    brought,
    send,
)
from tests.integration.registry.evidence import kept, recorded
from tests.integration.registry.importing import taken
from tests.integration.shared.failing import FailingFirst, Route
from tests.integration.shared.persons import persons, proves, somebody
from tests.integration.shared.ways_in import ways_in
from tests.receiver import Receiver, receiving
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, SIGNATURE, Vendor, new_client

ENDPOINTS = "/portal/v1/webhook-endpoints"
AGREEMENTS = "/agreements/v1/agreements"
# They write nothing that could be lost, or commit in steps that are harmless when repeated.
READS = {
    ("agreements", "/v1/notice-terms", "POST"),
    ("agreements", "/v1/self-serve/preview", "POST"),
    ("notices", "/v1/change-sections", "POST"),
    ("notices", "/v1/previews", "POST"),
    ("notices", "/v1/answer-links", "POST"),
    ("notices", "/v1/calendar-owners", "POST"),
    ("notices", "/v1/sign-links", "POST"),
    ("notices", "/v1/acknowledge/<token>", "POST"),
    ("registry", "/v1/customer/changes", "POST"),
    ("registry", "/v1/gate", "POST"),
    ("registry", "/v1/simulations", "POST"),
    ("registry", "/v1/processors/<slug>/changes/<change_id>/request-approval", "POST"),
    ("registry", "/v1/processors/<slug>/changes/request-approval", "POST"),
    ("registry", "/v1/processors/<slug>/public-list", "POST"),
    ("identity", "/v1/seals", "POST"),
    ("identity", "/v1/token", "POST"),
}
# `agreements` and `identity` fail first, then nothing has happened here.
TERMINATES = ("registry", "/v1/objections/<objection_id>/terminate", "POST")
ENDS_ELSEWHERE_FIRST = {
    TERMINATES,
    ("registry", "/v1/processors/<slug>/changes/<change_id>/emergency", "POST"),
}
IN_STEPS_ROUTES = {
    ("agreements", "/v1/customers", "POST"),
    ("agreements", "/v1/imports", "POST"),
    ("agreements", "/v1/signed-files", "POST"),
    ("agreements", "/v1/agreements/<agreement_id>/paper/file", "POST"),
    ("agreements", "/v1/signature-reports/<signature_request_id>", "POST"),
    ("identity", "/sign-in/passkey", "POST"),
    ("identity", "/sign-in/passkeys", "POST"),
    ("identity", "/v1/customers/import", "POST"),
    ("identity", "/v1/organisations/<org_id>/oidc", "PUT"),
    ("identity", "/v1/passkeys", "POST"),
    ("identity", "/v1/passkeys/sign-in", "POST"),
    ("notices", "/v1/bounces", "POST"),
    ("notices", "/v1/bounces/report", "POST"),
    ("notices", "/v1/entries", "POST"),
    ("notices", "/v1/questions", "POST"),
    ("notices", "/v1/subscribers", "POST"),
    ("notices", "/v1/subscribers/confirm", "POST"),
    ("notices", "/v1/subscribers/end", "POST"),
    ("registry", "/v1/processors/<slug>/checkpoints", "POST"),
    ("registry", "/v1/files", "POST"),
    ("registry", "/v1/processors/<slug>/import", "POST"),
}


# It hands on what is stored elsewhere, and has no database to look into.
PASSED_ON_IN_STEPS = {("portal", "/v1/agreements/<agreement_id>/paper/file", "POST")}


@pytest.fixture
def inbox() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def failing(mongo_url: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[FailingFirst]:
    prefix = f"test_{uuid.uuid4().hex[:12]}"
    yield FailingFirst(mongo_url, prefix, READS | IN_STEPS_ROUTES)
    for found in mongo_client.list_database_names():
        if found.startswith(prefix):
            mongo_client.drop_database(found)


def test_a_write_whose_answer_fails_is_taken_back_and_can_be_asked_again(
    failing: FailingFirst, inbox: Receiver
) -> None:
    write_everything(failing, inbox)

    assert failing.writes() - failing.failed == READS | IN_STEPS_ROUTES | ENDS_ELSEWHERE_FIRST


def write_everything(stack: Stack, inbox: Receiver) -> None:
    """Ask every route that writes, each so that it succeeds."""
    client = new_client(stack, "vendor", ["processor"], PROCESSOR_SCOPES)
    vendor = Vendor(stack, client, client["slug"])
    organisations_and_clients(vendor)
    # With an owner of its own the vendor's clients would approve nothing any more.
    persons(stack, new_client(stack, "people", ["processor"], PROCESSOR_SCOPES)["org_id"])
    ways_in(stack)
    registers_and_imports(vendor)
    customers(vendor)
    shop = open_shop(vendor)
    agreements(shop)
    papers(shop)
    proposals(shop)
    outside_signatures(shop)
    confirmations(shop)
    changes_and_objections(vendor)
    webhooks(vendor, inbox)
    acknowledgements(vendor)
    evidence(vendor)
    instruments(stack)
    deletion(vendor)
    erasures(vendor)


def test_an_agreement_ended_in_two_services_is_completed_by_asking_again(
    failing: FailingFirst, inbox: Receiver
) -> None:
    """`agreements` has ended it and says so again; `registry` has nothing until it answers."""
    failing.spared, failing.whole = failing.writes() - {TERMINATES}, ("registry",)
    client = new_client(failing, "vendor", ["processor"], PROCESSOR_SCOPES)
    vendor = Vendor(failing, client, client["slug"], receiver_url=inbox.url)
    registers_and_imports(vendor)

    settle(vendor, "reject", "terminate")

    assert failing.failed == {TERMINATES}


def test_what_commits_in_steps_is_listed(failing: FailingFirst) -> None:
    def marked(name: str, routes: Map) -> Iterator[Route]:
        views = failing.apps[name].view_functions
        for rule in routes.iter_rules():
            if getattr(views[rule.endpoint], IN_STEPS, False):
                (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
                yield name, str(rule), method

    found = {route for name, app in failing.apps.items() for route in marked(name, app.url_map)}
    assert found == IN_STEPS_ROUTES | PASSED_ON_IN_STEPS


def organisations_and_clients(vendor: Vendor) -> None:
    stack, org = vendor.stack, f"/identity/v1/organisations/{vendor.client['org_id']}"
    email = somebody()
    address = {"email": email}
    changed(vendor, org, {"website": "https://vendor.example", "notice_address": address})
    proves(stack, email)
    body = {"name": "spare", "scopes": ["registry:read"]}
    spare = stack.must(vendor.client, "POST", "/identity/v1/clients", body)
    path = f"/identity/v1/clients/{spare['id']}"
    stack.must(vendor.client, "POST", f"{path}/rotate")
    changed(vendor, path, method="DELETE")


def changed(
    vendor: Vendor, path: str, body: Any = None, *, method: str = "PATCH", who: Any = None
) -> Any:
    """Send a change of what was just read."""
    who = who or vendor.client
    seen = vendor.stack.ask(who, "GET", path).headers["ETag"]
    answer = vendor.stack.ask(who, method, path, body, headers={"If-Match": seen})
    assert answer.status_code < 300, (path, answer.text)
    return answer.get_json(silent=True)


def registers_and_imports(vendor: Vendor) -> None:
    host = builders.sub_processor(legal_name="Hosting Ltd")
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [host]})
    vendor.publish()
    (entry,) = vendor.must("GET", "/sub-processors")["items"]
    record = {"set": {"website": "https://host.example"}, "note": "Moved."}
    vendor.must("POST", f"/sub-processors/{entry['id']}/records", record)
    told = taken(vendor, "Name,Location\nHost,EU\n")
    assert vendor.states({"regimes": ["EU"]}).status_code == 200
    (question,) = told["questions"]
    answers = {"answers": [{"id": question["id"], "values": ["DE"]}]}
    vendor.must("POST", f"/imports/{told['id']}/answers", answers)


def customers(vendor: Vendor) -> None:
    """A list of customers with a question, its answer, and one that is cancelled."""
    stack = vendor.stack
    asked = brought(stack, vendor.client, {**ELSEWHERE, "Country": "Danmrk"})
    answered(stack, vendor.client, asked, {"country": ["DK"]})
    sent = send(stack, vendor.client, as_csv(COMPANY)).json
    assert sent is not None
    stack.must(vendor.client, "POST", f"/identity/v1/customers/imports/{sent['id']}/cancel")


def evidence(vendor: Vendor) -> None:
    """A customer asks for the evidence of an entry."""
    recorded(vendor, file_id=kept(vendor)["id"])
    (entry, *_) = vendor.must("GET", "/sub-processors")["items"]
    path = f"/portal/v1/sub-processors/{entry['id']}/evidence-requests"
    vendor.stack.must(vendor.customer("curious"), "POST", path)


def agreements(shop: Shop) -> None:
    stack, vendor = shop.stack, shop.vendor
    shop.taken(shop.customer())
    template = f"/agreements/v1/templates/{shop.template_id}"
    stack.must(vendor.client, "POST", f"{template}/standing-acceptance/withdraw")
    nordbo = vendor.customer("nordbo", notice_days=10, objection_days=5)
    path = f"{AGREEMENTS}/{nordbo['agreement_id']}"
    stack.must(vendor.client, "POST", f"{path}/amendments", {"deletion_days": 5})
    stack.must(vendor.client, "POST", f"{path}/reject", {"reason": "Not now."})
    changed(vendor, "/agreements/v1/retention", {"retention_years": 7}, method="PUT")
    leaving = vendor.customer("leaving")
    path = f"{AGREEMENTS}/{leaving['agreement_id']}"
    end = {"effective_on": vendor.today.isoformat(), "reason": "Sold."}
    stack.must(vendor.client, "POST", f"{path}/terminate", end)
    proof = {**SIGNATURE, "done_on": vendor.today.isoformat(), "statement": "All is deleted."}
    stack.must(vendor.client, "POST", f"{path}/deletion-proof", proof)
    roll_out(shop)


def roll_out(shop: Shop) -> None:
    stack, client, path = shop.stack, shop.vendor.client, "/agreements/v1/roll-outs"
    choice = {"choice": {"template_id": "tpl_art28_v1"}, "contents": "keep"}
    made = stack.must(client, "POST", path, {"template_id": shop.template_id, **choice})
    stack.roll_out()
    stack.must(client, "POST", f"{path}/{made['id']}/start", {"acceptance": SIGNATURE})
    stack.must(client, "POST", f"{path}/{made['id']}/stop", {"reason": "A clause is wrong."})


def papers(shop: Shop) -> None:
    """Signed on paper: uploaded by the customer, and twice by the vendor; the other side refuses
    twice and confirms the last."""
    stack, client, customer = shop.stack, shop.vendor.client, shop.customer()
    body = builders.agreement_body(customer["org_id"], products=["paper"])
    made = stack.must(client, "POST", AGREEMENTS, body)
    offer = stack.must(client, "POST", f"{AGREEMENTS}/{made['id']}/offer", {})["offer"]
    path = f"{AGREEMENTS}/{made['id']}/paper"
    stack.ask(client, "POST", f"{path}/file", data=PDF, content_type="application/pdf")
    sha256 = hashlib.sha256(PDF).hexdigest()
    signed = [{"party": party, "name": "A", "title": "B"} for party in ("processor", "controller")]
    told = {**SIGNATURE, "document_sha256": offer["document_sha256"], "pdf_sha256": sha256,
            "signed_on": shop.vendor.today.isoformat(), "signatories": signed}  # fmt: skip
    theirs = f"/portal/v1/agreements/{made['id']}/paper"
    stack.ask(customer, "POST", f"{theirs}/file", data=PDF, content_type="application/pdf")
    stack.must(customer, "POST", theirs, told)
    stack.must(client, "POST", f"{path}/refuse", {"reason": "x"})
    for answer in ({"refuse": {"reason": "x"}}, {"confirm": {**SIGNATURE, "pdf_sha256": sha256}}):
        stack.must(client, "POST", path, told)
        for step, members in answer.items():
            stack.must(customer, "POST", f"{theirs}/{step}", members)


def proposals(shop: Shop) -> None:
    """A customer proposes three times: accepted, answered, declined."""
    stack, client, customer = shop.stack, shop.vendor.client, shop.customer()
    body = builders.agreement_body(customer["org_id"], products=["proposal"])
    made = stack.must(client, "POST", AGREEMENTS, body)
    path, theirs = f"{AGREEMENTS}/{made['id']}", f"/portal/v1/agreements/{made['id']}/proposals"
    stack.must(client, "POST", f"{path}/offer", {})
    for step, members in (("answer", {"text": "x"}), ("decline", {"reason": "x"}), ("accept", {})):
        read = stack.must(client, "GET", path)["offer"]["document_sha256"]
        told = {**SIGNATURE, "document_sha256": read, "changes": {"deletion_days": 7}}
        proposal = stack.must(customer, "POST", theirs, told)
        stack.must(client, "POST", f"{path}/proposals/{proposal['id']}/{step}", members)


def outside_signatures(shop: Shop) -> None:
    """A vendor sets its provider, asks it, hears that the customer declined, and removes it."""
    stack, client, customer = shop.stack, shop.vendor.client, shop.customer()
    where = "/agreements/v1/signature-provider"
    told = stack.must(client, "PUT", where, {"url": "http://127.0.0.1:9/sign"})
    body = builders.agreement_body(customer["org_id"], products=["outside"])
    path = f"{AGREEMENTS}/{stack.must(client, 'POST', AGREEMENTS, body)['id']}"
    stack.must(client, "POST", f"{path}/offer", {})
    signers = [{"party": party, "name": "A", "email": "a@b.example"}
               for party in ("processor", "controller")]  # fmt: skip
    asked = stack.must(client, "POST", f"{path}/signature-requests", {"signers": signers})
    report = {"request_id": asked["id"], "status": "declined",
              "document_sha256": asked["document_sha256"]}  # fmt: skip
    raw = json.dumps(report).encode()
    signed = signed_headers("rep_1", stack.now, raw, [told["secret"]])
    answer = stack.ask(None, "POST", f"/agreements/v1/signature-reports/{asked['id']}", data=raw,
                       headers=signed, content_type="application/json")  # fmt: skip
    assert answer.status_code == 200, answer.text
    assert stack.ask(client, "DELETE", where).status_code == 204


def confirmations(shop: Shop) -> None:
    upload(shop)
    for step, body in (("confirm", READ), ("decline", {"reason": "Not ours."})):
        customer = shop.customer()
        told = bring(shop, row(customer, day_kind="calendar", reference=step))
        path = f"/portal/v1/agreements/{told['rows'][0]['agreement_id']}/{step}"
        shop.stack.must(customer, "POST", path, body)


def changes_and_objections(vendor: Vendor) -> None:
    emergency(vendor)
    change = vendor.draft()
    changed(vendor, f"{vendor.path}/changes/{change['id']}", {"reason": "Because"})
    vendor.must("POST", f"/changes/{change['id']}/announce")
    vendor.must("POST", "/changes/announce", {"change_ids": [vendor.draft()["id"]]})
    vendor.must("POST", f"/changes/{change['id']}/withdraw", {"reason": "A mistake."})
    settle(vendor, "acknowledge", "exclude")
    settle(vendor, "request-modification", "offer-mitigation", "accept-mitigation")
    settle(vendor, "withdraw")
    settle(vendor, "reject", "terminate")
    vendor.stack.must(vendor.customers["nordbo"], "POST",
                      f"/portal/v1/changes/{told_of_a_change(vendor)}/approval")  # fmt: skip
    letter(vendor)


def deletion(vendor: Vendor) -> None:
    """An entry of the baseline ends, and confirms what became of the data."""
    [entry] = vendor.must("GET", "/sub-processors")["items"][:1]
    vendor.announced(1, kind="remove", sub_processor_id=entry["id"], sub_processor=None)
    vendor.stack.pass_time(days=2)
    body = {"kind": "deleted", "confirmed_on": str(vendor.today), "confirmed_by": "Kim"}
    vendor.must("POST", f"/sub-processors/{entry['id']}/deletion", body)


def letter(vendor: Vendor) -> None:
    body = {"controller_id": vendor.customers["nordbo"]["org_id"], "kind": "objection",
            "received_on": str(vendor.today), "text": "No."}  # fmt: skip
    vendor.must("POST", f"/changes/{told_of_a_change(vendor)}/letters", body)


def emergency(vendor: Vendor) -> None:
    body = {"name": "colleague", "scopes": ["registry:read", "registry:write"],
            "org_id": vendor.client["org_id"]}  # fmt: skip
    colleague = vendor.stack.must(vendor.stack.admin, "POST", "/identity/v1/clients", body)
    approved = {"change_ids": [vendor.draft()["id"]]}
    vendor.stack.must(colleague, "POST", f"{vendor.path}/changes/approve", approved)
    path = f"/changes/{vendor.draft(0)['id']}"
    # The first is lost where identity asks the others to approve.
    for _ in range(2):
        vendor.must("POST", f"{path}/emergency", {"justification": "Insolvent."})
    vendor.must("POST", f"{path}/approve")
    vendor.stack.must(colleague, "POST", f"{vendor.path}{path}/approve")


def told_of_a_change(vendor: Vendor) -> str:
    """The id of an announced change that its customers have been told of."""
    change = vendor.announced()
    vendor.stack.tell()
    return str(change["id"])


def settle(vendor: Vendor, *steps: str) -> None:
    """An objection, and what vendor and customer do about it."""
    day = (vendor.today + timedelta(3)).isoformat()
    bodies = {"offer-mitigation": {"text": "Another region.", "respond_by": day},
              "request-modification": {"text": "Keep the keys here."},
              "reject": {"reason": "No."}, "terminate": {}}  # fmt: skip
    customer = vendor.customer(f"of-{steps[-1]}", notice_days=10, objection_days=5)
    path = f"/portal/v1/changes/{told_of_a_change(vendor)}/objections"
    body = {"grounds": "other", "text": "No."}
    made = vendor.stack.must(customer, "POST", path, body)
    for step in steps:
        theirs = step in ("withdraw", "accept-mitigation", "request-modification", "terminate")
        who, service = (customer, "portal") if theirs else (vendor.client, "registry")
        path = f"/{service}/v1/objections/{made['id']}/{step}"
        vendor.stack.must(who, "POST", path, bodies.get(step))


def webhooks(vendor: Vendor, inbox: Receiver) -> None:
    stack, nordbo = vendor.stack, vendor.customers["nordbo"]
    # What was told before there is an endpoint can be recovered.
    stack.relay()
    stack.fan_out()
    stack.pass_time(seconds=1)
    made = stack.must(nordbo, "POST", ENDPOINTS, {"url": inbox.url})
    path = f"{ENDPOINTS}/{made['id']}"
    changed(vendor, path, {"description": "Ours"}, who=nordbo)
    sent = stack.must(nordbo, "POST", f"{path}/test")
    stack.dispatch()
    stack.must(nordbo, "POST", f"/portal/v1/deliveries/{sent['delivery_id']}/retry")
    stack.must(nordbo, "POST", f"{path}/secret/rotate", {"overlap_hours": 1})
    recovery = {"since": "2026-11-01T00:00:00Z", "until": format_instant(stack.now)}
    stack.must(nordbo, "POST", f"{path}/recover", recovery)
    stack.must(nordbo, "POST", f"{path}/pause")
    stack.must(nordbo, "POST", f"{path}/resume")
    disabled = {"disabled_at": stack.now, "disabled_reason": "gone"}
    stack.database("notices").db["endpoints"].update_one({"_id": made["id"]}, {"$set": disabled})
    stack.must(nordbo, "POST", f"{path}/enable", {})
    changed(vendor, path, method="DELETE", who=nordbo)


def acknowledgements(vendor: Vendor) -> None:
    stack, nordbo = vendor.stack, vendor.customers["nordbo"]
    change_id = told_of_a_change(vendor)
    person = {"name": "Bo Dahl", "email": "bo@nordbo.test"}
    contacts = {"contacts": [{**person, "position": "DPO"}]}
    changed(vendor, "/portal/v1/notice-contacts", contacts, method="PUT", who=nordbo)
    notices = stack.database("notices").db
    told = {"change_id": change_id, "controller_id": nordbo["org_id"], "notice": {"$ne": None}}
    message = notices["messages"].find_one(told)
    assert message is not None
    about = ("change_id", "agreement_id", "controller_id", "processor_id")
    mail = {"_id": "mai_1", "message_id": message["_id"], "to": person, "language": "en",
            "address": person["email"],
            "state": "delivered", "delivered_at": stack.now,
            **{name: message[name] for name in about}}  # fmt: skip
    notices["mails"].insert_one(dict(mail))
    token = stack.apps["notices"].extensions["art28.deps"].links.token(mail, message)
    form = {"act": "acknowledge", "name": "Kim Roe", "title": "Counsel"}
    assert stack.ask(None, "POST", f"/respond/{token}", data=form).status_code == 303
    stack.must(nordbo, "POST", f"/portal/v1/changes/{change_id}/acknowledgement")
    made = stack.must(nordbo, "POST", "/portal/v1/calendar-link")
    link = urlsplit(made["url"])
    assert stack.ask(None, "GET", link.path, query_string=link.query).status_code == 200
    stack.must(nordbo, "DELETE", "/portal/v1/calendar-link")


def instruments(stack: Stack) -> None:
    body = {
        "id": "scc-2027-1", "kind": "scc", "regime": "EU", "name": "Clauses of 2027",
        "article": "GDPR Art. 46(2)(c)", "destinations": "*", "valid_from": "2026-11-01",
        "requires": ["signed_on"], "sources": ["https://example.test/scc-2027"],
        "checked_on": "2026-11-20",
    }  # fmt: skip
    stack.must(stack.admin, "POST", "/registry/v1/instruments", body)
    answer = stack.ask(stack.admin, "PATCH", "/registry/v1/instruments/scc-2027-1",
                       {"name": "Clauses"}, headers={"If-Match": '"r1"'})  # fmt: skip
    assert answer.status_code == 200, answer.text


def erasures(vendor: Vendor) -> None:
    draft = vendor.draft()
    contact = {"name": "Kim Roe", "position": "Counsel", "email": "kim@mailer.example"}
    body = {"sub_processor": builders.sub_processor(contact=contact)}
    changed(vendor, f"{vendor.path}/changes/{draft['id']}", body)
    vendor.must("POST", f"/changes/{draft['id']}/announce")
    vendor.must("POST", f"/changes/{draft['id']}/withdraw", {"reason": "A mistake."})
    changed(vendor, f"{vendor.path}/changes/{vendor.draft()['id']}", method="DELETE")
    vendor.stack.tell()
    vendor.must("POST", "/erasures", {"email": "kim@mailer.example"})
