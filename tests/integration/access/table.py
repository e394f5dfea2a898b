"""What each route is expected to answer to whom: ``expected.txt`` read, and a request for each."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from shared.auth import DOOR, EITHER, PUBLIC
from tests import builders
from tests.integration.access.world import World, never
from tests.integration.agreements.shop import ACCEPTANCE
from tests.integration.agreements.test_import import PDF
from tests.integration.registry.evidence import assessment_body
from tests.vendor import SIGNATURE

CLASSES = ("open", "common", "own", "foreign", "platform", "service")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
EXPECTED = Path(__file__).with_name("expected.txt")
END = {"effective_on": "2027-01-01", "reason": "x"}
ENTRY = builders.sub_processor(contact=None)
CHANGE = {"kind": "add", "sub_processor": ENTRY, "reason": "x", "effective_on": "2027-03-01"}
TEMPLATE = {"name": "T", "sections": [{"number": "1", "heading": {"en": "A"}, "text": {"en": "B"}}]}
PARTY = {"id": "org_x", "slug": "x", "legal_name": "X"}
ERASURE = {"email": "a@b.example"}
QUERY = {"diff": {"from": "2026-02-01", "to": "2026-03-01"}, "transfers": {}, "rows": {}}

# Bodies that reach the rule of who may: JSON, else text with its kind.
BODIES: dict[str, Any] = {
    "accept": ACCEPTANCE, "confirm": {**ACCEPTANCE, "pdf_sha256": "0" * 64},
    "decline": {"reason": "x"},
    "proposals": {**ACCEPTANCE, "document_sha256": "0" * 64, "comments": [{"text": "x"}]},
    "answer": {"text": "x"},
    "signature-provider": {"url": "http://127.0.0.1:9/sign"},
    "signature-requests": {"signers": [
        {"party": "processor", "name": "A", "email": "a@b.example"}]},
    "paper": {**ACCEPTANCE, "document_sha256": "0" * 64, "pdf_sha256": "0" * 64,
              "signed_on": "2026-11-20", "signatories": [
                  {"party": party, "name": "A", "title": "B"}
                  for party in ("processor", "controller")]},
    "paper/confirm": {**ACCEPTANCE, "pdf_sha256": "0" * 64}, "paper/refuse": {"reason": "x"},
    "reject": {"reason": "x"}, "withdraw": {"reason": "x"}, "terminate": END,
    "amendments": {"deletion_days": 5},
    "deletion-proof": {**ACCEPTANCE, "done_on": "2026-11-20", "statement": "Erased."},
    "standing-acceptance": SIGNATURE, "standing-acceptance/withdraw": None,
    "objections": {"grounds": "other", "text": "No."}, "emergency": {"justification": "x"},
    "offer-mitigation": {"text": "x", "respond_by": "2027-01-01"},
    "request-modification": {"text": "x"},
    "answers": {"answers": [{"id": "q", "values": ["v"]}]},
    "page": {"published": True},
    "baseline": {"valid_from": "2026-01-01", "sub_processors": [ENTRY]},
    "letters": {"controller_id": "org_x", "kind": "approval", "received_on": "2026-11-23",
                "text": "Yes."},
    "changes/announce": {"change_ids": ["chg_x"]},
    "changes/approve": {"change_ids": ["chg_x"]},
    "changes/request-approval": {"change_ids": ["chg_x"]},
    "changes": CHANGE, "simulations": {"instrument_id": "eu-us-dpf", "ends_on": "2027-01-01"},
    "erasures": ERASURE,
    "secret/rotate": {"overlap_hours": 1}, "enable": {},
    "recover": {"since": "2026-11-22T00:00:00Z"},
    "webhook-endpoints": {"url": "http://127.0.0.1:9/hook"},
    "notice-contacts": {"contacts": [{"name": "A", "position": "B", "email": "a@b.example"}]},
    "roll-outs": {"template_id": "tpl_art28_v1", "choice": {"product": "x"}},
    "start": {}, "stop": {"reason": "x"},
    "templates": TEMPLATE, "retention": {"retention_years": 5},
    "organisations": {"slug": "mine", "kind": ["controller"], "legal_name": "M", "country": "DK"},
    "clients": {"name": "x", "scopes": ["identity:read"]},
    "people": {"email": "a@b.example", "name": "A", "roles": ["owner"]},
    "sign-in": {"email": "a@b.example"},
    "oidc": {"issuer": "https://login.example", "client_id": "x"},
    "passkeys": {"name": "x", "answer": {}}, "passkeys/sign-in": {"attempt": "x", "answer": {}},
    "assessments": assessment_body(), "evidence-requests": None,
    "deletion": {"kind": "deleted", "confirmed_on": "2026-11-20", "confirmed_by": "A"},
    "records": {"set": {"website": "https://mine.example"}},
    "customers": {"processor": PARTY, "client_id": "cli_x",
                  "rows": [{"row": 1, "controller": PARTY, "cells": {}}]},
    "customer/changes": {"ids": []}, "calendar-owners": {"token": "none"},
    "public-list": {"keys": ["row_x"]}, "gate": {"questions": []}, "instruments": {},
}  # fmt: skip
PROPOSAL_BODIES: dict[str, Any] = {"accept": None}
OBJECTION_BODIES: dict[str, Any] = {"terminate": {"effective_on": None}, "withdraw": None}
FILES = {"customers/import": (b"Name\nX\n", "text/csv"),
         "imports": (b"reference,pdf_sha256\n", "text/csv"), "import": (b"Name\nX\n", "text/csv"),
         "signed-files": (b"no pdf", "application/pdf"),
         "files": (PDF, "application/pdf"), "paper/file": (PDF, "application/pdf")}  # fmt: skip
PATCHES = {"organisations": {"legal_name": "Mine"}, "people": {"roles": ["reader"]},
           "passkeys": {"name": "mine"},
           "webhook-endpoints": {"description": "mine"},
           "changes": {"reason": "mine"}, "instruments": {},
           "processors": {"regimes": ["EU"]}}  # fmt: skip


@dataclass(frozen=True)
class Route:
    """``path`` as the edge has it; ``door``: the scopes of which one is needed, empty: public."""

    method: str
    path: str
    door: frozenset[str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        return PARAMETER.findall(self.path)

    @property
    def last(self) -> str:
        """The last words of the path: those behind its last id, or the one before it."""
        tail = re.split(r"<[^>]+>/?", self.path)[-1]
        return tail or re.sub(r"/<[^>]+>$", "", self.path).rpartition("/")[2]

    def to(self, values: dict[str, str]) -> str:
        return PARAMETER.sub(lambda found: values[found[1]], self.path)

    def request(self) -> dict[str, Any]:
        """The rest of a request that is in order but for whom it is about."""
        word = self.last.rpartition("/v1/")[2]
        more: dict[str, Any] = {"headers": {}, "query_string": QUERY.get(word, {})}
        if self.method in ("PATCH", "DELETE", "PUT"):
            more["headers"] = {"If-Match": '"r1"'}
        if self.method == "PATCH":
            return {**more, "json": PATCHES[word]}
        if self.method in ("GET", "DELETE"):
            return more
        if word in FILES:
            body, kind = FILES[word]
            return {**more, "data": body, "content_type": kind}
        bodies = {**BODIES, **OBJECTION_BODIES} if "/objections/<" in self.path else BODIES
        bodies = {**bodies, **PROPOSAL_BODIES} if "/proposals/<" in self.path else bodies
        found = bodies.get(word)
        return more if found is None else {**more, "json": found}


def routes(apps: dict[str, Flask]) -> list[Route]:
    found = []
    for name, app in apps.items():
        for rule in app.url_map.iter_rules():
            door = getattr(app.view_functions[rule.endpoint], DOOR, PUBLIC)
            scopes = frozenset() if door == PUBLIC else frozenset(door.split(EITHER))
            path = rule.rule if name == "public" else f"/{name}{rule.rule}"
            methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            found += [Route(method, path, scopes) for method in sorted(methods)]
    return sorted(found, key=str)


def expected() -> dict[str, str]:
    """The class of each route, by its method and path."""
    lines = EXPECTED.read_text("utf-8").splitlines()
    told = (line.split(" ", 1) for line in lines if line and not line.startswith("#"))
    return {route: class_ for class_, route in told}


KINDS = {"agreement_id": "agreement", "change_id": "change", "objection_id": "objection",
         "endpoint_id": "endpoint", "delivery_id": "delivery", "template_id": "template",
         "client_id": "client", "org_id": "org", "import_id": "import", "sub_id": "sub",
         "slug": "slug", "file_id": "file", "assessment_id": "assessment",
         "request_id": "request", "sha256": "signed", "roll_out_id": "roll_out",
         "proposal_id": "proposal"}  # fmt: skip


def foreign(world: World, route: Route) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Values of the parameters that name things of A, and ones that never named anything.

    Beside a slug of A's its ids are named with a slug of B's own, too.
    """
    names = route.parameters
    for values in itertools.product(*(world.things[KINDS[each]] for each in names)):
        there = dict(zip(names, values, strict=True))
        absent = {name: never(value) for name, value in there.items()}
        yield there, absent
        if "slug" in there and len(there) > 1:
            yield {**there, "slug": world.b.slug}, {**absent, "slug": world.b.slug}
