"""The agreements app, and the people who ask it things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from services.agreements.wiring import Deps
from shared.auth import ON_BEHALF_OF
from shared.ledger import verify
from tests.builders import agreement_body
from tests.fakes import FakeIdentity, StandingClock

VENDOR, RIVAL = "org_vendor", "org_rival"
NORDBO, LILLEBROR = "org_nordbo", "org_lillebror"
SIGNATORY = {"name": "Bo Lund", "title": "Director", "email": "bo@example.test"}


@dataclass
class Office:
    """The app, and people who ask it things."""

    app: Flask
    identity: FakeIdentity
    clock: StandingClock

    @property
    def deps(self) -> Deps:
        found: Deps = self.app.extensions["art28.deps"]
        return found

    def ask(self, who: str, method: str, path: str, **more: Any) -> TestResponse:
        """``who``: an organisation that is a processor, or ``portal:<controller>``."""
        headers = {**self.headers(who), **more.pop("headers", {})}
        return self.app.test_client().open(f"/v1{path}", method=method, headers=headers, **more)

    def headers(self, who: str) -> dict[str, str]:
        kind, _, org_id = who.rpartition(":")
        if kind == "portal":
            scopes = ("agreements:read", "agreements:accept")
            token = self.identity.token("cli_service_portal", "org_portal", ["service"], *scopes)
            return {"Authorization": f"Bearer {token}", ON_BEHALF_OF: org_id}
        if kind == "service":
            token = self.identity.token("cli_service_x", "org_x", ["service"], "agreements:terms")
            return {"Authorization": f"Bearer {token}"}
        scopes = ("agreements:read", "agreements:write")
        token = self.identity.token(f"cli_{org_id}", org_id, ["processor"], *scopes)
        return {"Authorization": f"Bearer {token}"}

    def post(self, who: str, path: str, body: Any = None) -> TestResponse:
        return self.ask(who, "POST", path, json=body) if body else self.ask(who, "POST", path)

    def get(self, who: str, path: str) -> Any:
        answer = self.ask(who, "GET", path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def drafted(self, controller: str = NORDBO, **more: Any) -> str:
        answer = self.post(VENDOR, "/agreements", agreement_body(controller, **more))
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(answer.get_json()["id"])

    def offered(self, controller: str = NORDBO, **more: Any) -> str:
        agreement_id = self.drafted(controller, **more)
        assert self.post(VENDOR, f"/agreements/{agreement_id}/offer").status_code == 200
        return agreement_id

    def accept(self, who: str, agreement_id: str, **more: Any) -> TestResponse:
        return self.post(who, f"/agreements/{agreement_id}/accept", {**SIGNATORY, **more})

    def active(self, controller: str = NORDBO, **more: Any) -> str:
        agreement_id = self.offered(controller, **more)
        self.accept_by_both(agreement_id, controller)
        return agreement_id

    def accept_by_both(self, agreement_id: str, controller: str = NORDBO) -> None:
        for who in (f"portal:{controller}", VENDOR):
            answer = self.accept(who, agreement_id)
            assert answer.status_code == 200, answer.get_data(as_text=True)

    def terminate(self, who: str, agreement_id: str, day: str) -> TestResponse:
        body = {"effective_on": day, "reason": "The service is no longer used."}
        return self.post(who, f"/agreements/{agreement_id}/terminate", body)

    def told(self, agreement_id: str) -> list[dict[str, Any]]:
        """The ledger of one agreement, which must hold together."""
        entries = [vars(each) for each in self.deps.ledger.entries(f"agreement:{agreement_id}")]
        assert verify(entries) is None
        return entries

    def types(self, agreement_id: str) -> list[str]:
        return [each["type"].partition(".")[2] for each in self.told(agreement_id)]

    def notice_terms(self) -> Any:
        answer = self.post("service:", "/notice-terms", {"processor_id": VENDOR})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()
