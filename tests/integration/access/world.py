"""Two vendors that share an installation, and all that one of them and its customers own.

Whatever is private of vendor A and its customers carries ``MARK``; nobody else may ever read it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests import builders
from tests.integration.agreements.shop import template_body
from tests.integration.agreements.test_import import PDF, as_csv, row, whole
from tests.integration.identity.bringing import COMPANY, send
from tests.integration.identity.bringing import as_csv as as_customers
from tests.integration.registry.evidence import entry_naming, kept, recorded
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

MARK = "Zq7marker"
PERSON = {"name": f"{MARK} Person", "position": MARK, "email": f"{MARK}@a.example"}
SIGNATORY = {"name": f"{MARK} Person", "title": MARK, "email": f"{MARK}@a.example"}
PORTAL = ["portal:read", "portal:write"]
AGREEMENTS, P = "/agreements/v1/agreements", "/portal/v1"

Client = Mapping[str, Any]


@dataclass
class World:
    """``things``: ids of A's and its customers' by kind. ``callers``: who asks, by name."""

    stack: Stack
    a: Vendor
    b: Vendor
    owner: Client
    things: dict[str, list[str]] = field(default_factory=dict)
    callers: dict[str, Client] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    owners: dict[str, Client] = field(default_factory=dict)

    def secrets(self) -> list[str]:
        """Ids that no stranger has been told."""
        return [each for kind, ids in self.things.items() if kind != "slug" for each in ids]


def built(stack: Stack) -> World:
    a, b = _vendor(stack, "alpha", f"{MARK} "), _vendor(stack, "beta", "")
    customer, former = a.customer("cust", **_terms()), a.customer("former")
    world = World(stack, a, b, customer)
    end = {"effective_on": a.today.isoformat(), "reason": "Over."}
    stack.must(former, "POST", f"{P}/agreements/{former['agreement_id']}/terminate", end)
    stack.settle()
    stack.pass_time(minutes=1)
    world.things = _things(world, customer)
    world.callers = _callers(world, former)
    return world


def _terms() -> dict[str, Any]:
    return {"contacts": [PERSON], "agreement": {"clauses": _clauses()}}


def _clauses() -> dict[str, Any]:
    content: dict[str, Any] = builders.agreement_content()["clauses"]
    return {**content, "audit": MARK}


def _vendor(stack: Stack, name: str, mark: str) -> Vendor:
    client = new_client(stack, name, ["processor"], PROCESSOR_SCOPES)
    vendor = Vendor(stack, client, client["slug"])
    contact = {**PERSON, "name": f"{mark}Contact", "email": f"{mark.strip()}c@sub.example"}
    if not mark:
        contact = {"name": "C", "position": "D", "email": "c@sub.example"}
    tia = recorded(vendor, law=f"{mark}law", file_id=kept(vendor, PDF)["id"])
    entry = {**entry_naming(tia["id"]), "contact": contact, "flow_down": {
        "reference": f"{mark}SPA", "signed_on": "2026-11-01"}}  # fmt: skip
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [entry]})
    return vendor


def _things(world: World, customer: Client) -> dict[str, list[str]]:
    stack, a = world.stack, world.a
    announced, draft = a.announced(), a.draft(reason=MARK)
    stack.relay()
    stack.fan_out()
    body = {"grounds": "other", "text": MARK}
    objection = stack.must(customer, "POST", f"{P}/changes/{announced['id']}/objections", body)
    endpoint = stack.must(customer, "POST", f"{P}/webhook-endpoints",
                          {"url": f"http://127.0.0.1:9/{MARK}", "description": MARK})  # fmt: skip
    test = stack.must(customer, "POST", f"{P}/webhook-endpoints/{endpoint['id']}/test")
    own = stack.must(a.client, "POST", "/notices/v1/webhook-endpoints",
                     {"url": f"http://127.0.0.1:9/{MARK}", "description": MARK})  # fmt: skip
    own_test = stack.must(a.client, "POST", f"/notices/v1/webhook-endpoints/{own['id']}/test")
    template = stack.must(a.client, "POST", "/agreements/v1/templates",
                          {**template_body(), "name": MARK})  # fmt: skip
    entered = stack.must(a.client, "POST", "/identity/v1/organisations", {
        "slug": f"{MARK.lower()}-own", "kind": ["controller"], "legal_name": MARK,
        "country": "DK", "contacts": [PERSON]})  # fmt: skip
    listed = stack.must(a.client, "GET", f"{a.path}/sub-processors")["items"]
    evidence = stack.must(customer, "POST",
                          f"{P}/sub-processors/{listed[0]['id']}/evidence-requests")  # fmt: skip
    (tia,) = evidence["assessments"]
    return {
        "agreement": _agreements(world, customer),
        "change": [announced["id"], draft["id"]],
        "objection": [objection["id"]],
        "endpoint": [endpoint["id"], own["id"]],
        "delivery": [test["delivery_id"], own_test["delivery_id"]],
        "template": [template["id"]],
        "client": [customer["client_id"], a.client["client_id"]],
        "org": [customer["org_id"], entered["id"]],
        "import": [_import(world), *_imports_of_agreements(world), _customers(world)],
        "sub": [listed[0]["id"], draft["sub_processor"]["id"]],
        "slug": [a.slug],
        "file": [tia["file"]["id"]],
        "assessment": [tia["id"]],
        "request": [evidence["id"]],
        "signed": [_signed(world)],
        "proposal": [_proposal(world, customer)],
        "roll_out": [_roll_out(world, template["id"])],
    }


def _agreements(world: World, customer: Client) -> list[str]:
    """One in every state."""
    made = {"active": str(customer["agreement_id"])}
    _paper(world, made["active"])
    for state in ("draft", "offered", "rejected", "terminated"):
        other = new_client(world.stack, state, ["controller"], PORTAL)
        made[state] = _agreement(world, other, state)
        world.owners[state] = other
    other = new_client(world.stack, "waiting", ["controller"], PORTAL)
    return [*made.values(), _waiting(world, other)]


def _agreement(world: World, customer: Client, state: str) -> str:
    stack, a = world.stack, world.a
    body = builders.agreement_body(
        customer["org_id"],
        party={"legal_name": MARK},
        notice_terms=builders.notice_terms(contacts=[PERSON]),
    )
    agreement_id = str(stack.must(a.client, "POST", AGREEMENTS, body)["id"])
    path, theirs = f"{AGREEMENTS}/{agreement_id}", f"{P}/agreements/{agreement_id}"
    if state == "draft":
        return agreement_id
    stack.must(a.client, "POST", f"{path}/offer", {})
    if state == "rejected":
        stack.must(customer, "POST", f"{theirs}/reject", {"reason": MARK})
    if state == "terminated":
        stack.must(a.client, "POST", f"{path}/accept", SIGNATORY)
        stack.must(customer, "POST", f"{theirs}/accept", SIGNATORY)
        end = {"effective_on": a.today.isoformat(), "reason": MARK}
        stack.must(customer, "POST", f"{theirs}/terminate", end)
    return agreement_id


def _paper(world: World, agreement_id: str) -> None:
    """An amendment that was signed on paper, as its vendor says, and taken back."""
    stack, a, path = world.stack, world.a, f"{AGREEMENTS}/{agreement_id}"
    offer = stack.must(a.client, "POST", f"{path}/amendments", {"deletion_days": 5})["offer"]
    sent = stack.ask(a.client, "POST", f"{path}/paper/file", data=PDF,
                     content_type="application/pdf")  # fmt: skip
    assert sent.json is not None, sent.text
    signed = [{"party": party, "name": MARK, "title": "B"} for party in ("processor", "controller")]
    stack.must(a.client, "POST", f"{path}/paper", {
        **SIGNATORY, "document_sha256": offer["document_sha256"],
        "pdf_sha256": sent.json["sha256"], "signed_on": a.today.isoformat(), "signatories": signed,
    })  # fmt: skip
    stack.must(a.client, "POST", f"{path}/reject", {"reason": MARK})


def _waiting(world: World, customer: Client) -> str:
    stack, a = world.stack, world.a
    stack.ask(a.client, "POST", "/agreements/v1/signed-files", data=PDF,
              content_type="application/pdf")  # fmt: skip
    answer = stack.ask(a.client, "POST", "/agreements/v1/imports", data=imported(customer),
                       content_type="text/csv")  # fmt: skip
    return str(whole(stack, a.client, answer)["rows"][0]["agreement_id"])


def _signed(world: World) -> str:
    """A file that nobody else has."""
    pdf = PDF.replace(b"%%EOF", f"%{MARK}\n%%EOF".encode())
    answer = world.stack.ask(world.a.client, "POST", "/agreements/v1/signed-files", data=pdf,
                             content_type="application/pdf")  # fmt: skip
    assert answer.json is not None, answer.text
    return str(answer.json["sha256"])


def _proposal(world: World, customer: Client) -> str:
    path = f"{P}/agreements/{customer['agreement_id']}"
    read = world.stack.must(customer, "GET", path)["document_sha256"]
    body = {**SIGNATORY, "document_sha256": read, "comments": [{"text": MARK}]}
    return str(world.stack.must(customer, "POST", f"{path}/proposals", body)["id"])


def _roll_out(world: World, template_id: str) -> str:
    body = {"template_id": template_id, "choice": {"template_id": "tpl_art28_v1"}}
    return str(world.stack.must(world.a.client, "POST", "/agreements/v1/roll-outs", body)["id"])


def _imports_of_agreements(world: World) -> list[str]:
    docs = world.stack.database("agreements").db["imports"]
    return [each["_id"] for each in docs.find({"processor_id": world.a.client["org_id"]})]


def imported(customer: Client, **more: Any) -> bytes:
    """A file of one line that names this customer by its slug."""
    return as_csv(row(dict(customer), contact_name=f"{MARK} Person", **more))


def _customers(world: World) -> str:
    body = as_customers({**COMPANY, "Company": MARK})
    answer = send(world.stack, world.a.client, body)
    assert answer.json is not None, answer.text
    return str(answer.json["id"])


def _import(world: World) -> str:
    answer = world.stack.ask(
        world.a.client, "POST", f"{world.a.path}/import", data=f"Name,Country\n{MARK},US\n",
        content_type="text/csv",
    )  # fmt: skip
    assert answer.json is not None, answer.text
    return str(answer.json["id"])


def _callers(world: World, former: Client) -> dict[str, Client]:
    stack = world.stack
    both_scopes = [*PROCESSOR_SCOPES, *PORTAL]
    both = new_client(stack, "both", ["processor", "controller"], both_scopes)
    former_both = _of_both_kinds(world, former)
    a_org = world.a.client["org_id"]

    def more(*scopes: str) -> Client:
        body = {"org_id": a_org, "name": "more", "scopes": list(scopes)}
        made: Client = stack.must(stack.admin, "POST", "/identity/v1/clients", body)
        return made

    return {
        "lacking scope": more("identity:read"),
        "lacking another scope": more("notices:read"),
        "read only": more("agreements:read", "registry:read", "identity:read", "notices:read"),
        "stranger vendor": world.b.client,
        "stranger customer": new_client(stack, "lonely", ["controller"], PORTAL),
        "customer of another vendor": world.b.customer("theirs"),
        "former customer": former,
        "former customer of both kinds": former_both,
        "stranger of both kinds": both,
        "platform": stack.admin,
    }


def _of_both_kinds(world: World, former: Client) -> Client:
    """The former customer's organisation becomes a vendor, too."""
    stack = world.stack
    organisations = stack.database("identity").db["organisations"]
    kinds = {"$set": {"kind": ["processor", "controller"]}}
    organisations.update_one({"_id": former["org_id"]}, kinds)
    body = {"org_id": former["org_id"], "name": "both", "scopes": [*PROCESSOR_SCOPES, *PORTAL]}
    made: Client = stack.must(stack.admin, "POST", "/identity/v1/clients", body)
    return made


def expired(world: World) -> str:
    """A token of vendor A that was good an hour ago."""
    payload = world.stack.token(world.a.client).split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    keys = world.stack.apps["identity"].extensions["art28.deps"].keys
    old = {**claims, "iat": claims["iat"] - 7_200, "exp": claims["iat"] - 3_600}
    token: str = keys.current(world.stack.now).sign(old)
    return token


def never(thing: str) -> str:
    """An id, or a slug, like ``thing`` that was never given to anything."""
    digest = hashlib.sha256(thing.encode()).hexdigest()
    return thing[:-12] + digest[:12] if len(thing) > 16 else digest[: len(thing)]
