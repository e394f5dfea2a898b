"""A vendor with a register and customers, as tests speak of them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests import builders
from tests.answers import Answer
from tests.stack import Stack

PROCESSOR_SCOPES = [
    "agreements:read", "agreements:write", "identity:read", "identity:write",
    "registry:read", "registry:write", "notices:read", "notices:write",
]  # fmt: skip
SIGNATURE = {"name": "Ada Lund", "title": "Director", "email": "ada@vendor.example"}


@dataclass
class Vendor:
    """A processor of its own for one test, and the customers it has agreements with.

    With ``receiver_url`` each of them has an endpoint there, and what is announced is sent at once.
    """

    stack: Stack
    client: dict[str, Any]
    slug: str
    customers: dict[str, dict[str, Any]] = field(default_factory=dict)
    receiver_url: str | None = None

    @property
    def path(self) -> str:
        return f"/registry/v1/processors/{self.slug}"

    @property
    def today(self) -> date:
        return self.stack.now.date()

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        return self.stack.ask(self.client, method, self.path + path, body, **more)

    def must(self, method: str, path: str, body: Any = None) -> Any:
        return self.stack.must(self.client, method, self.path + path, body)

    def states(self, body: Any, seen: str = "") -> Answer:
        """Change the register itself, as it was ``seen`` or is now."""
        seen = seen or self.ask("GET", "").headers["ETag"]
        return self.ask("PATCH", "", body, headers={"If-Match": seen})

    def draft(self, days: int = 60, **more: Any) -> dict[str, Any]:
        """An add that takes effect in ``days``, unless ``more`` says otherwise."""
        body = {"kind": "add", "sub_processor": builders.sub_processor(), "reason": "Needed",
                "effective_on": (self.today + timedelta(days)).isoformat(), **more}  # fmt: skip
        drafted: dict[str, Any] = self.must("POST", "/changes", body)
        return drafted

    def announced(self, days: int = 60, **more: Any) -> dict[str, Any]:
        change = self.draft(days, **more)
        self.must("POST", f"/changes/{change['id']}/announce")
        if self.receiver_url:
            self.stack.tell()
        return change

    def names(self, as_of: date | str | None = None, **query: Any) -> list[str]:
        query |= {"as_of": str(as_of)} if as_of else {}
        answer = self.ask("GET", "/sub-processors", query_string=query).json
        assert answer is not None
        return sorted(item["legal_name"] for item in answer["items"])

    def customer(self, slug: str, **terms: Any) -> dict[str, Any]:
        """A controller with an active agreement on these notice terms.

        ``agreement`` and ``organisation`` are members of those.
        """
        organisation = terms.pop("organisation", {})
        scopes = ["portal:read", "portal:write"]
        client = new_client(self.stack, slug, ["controller"], scopes, **organisation)
        more = terms.pop("agreement", {})
        body = builders.agreement_body(
            client["org_id"],
            party={"legal_name": slug.title()},
            **{
                "notice_terms": builders.notice_terms(**terms),
                "effective_from": "2026-01-01",
                "products": [],
                **more,
            },
        )
        made = self.stack.must(self.client, "POST", "/agreements/v1/agreements", body)
        path = f"/agreements/{made['id']}"
        self.stack.must(self.client, "POST", f"/agreements/v1{path}/offer", {})
        self.stack.must(self.client, "POST", f"/agreements/v1{path}/accept", SIGNATURE)
        self.stack.must(client, "POST", f"/portal/v1{path}/accept", SIGNATURE)
        if self.receiver_url:
            self.stack.must(client, "POST", "/portal/v1/webhook-endpoints",
                            {"url": self.receiver_url})  # fmt: skip
        self.customers[slug] = client | {"agreement_id": made["id"]}
        return self.customers[slug]

    def gate(self, customer: dict[str, Any], sub_id: str, on: date | str | None = None) -> Any:
        asked = {"processor": self.slug, "sub_processor_id": sub_id}
        query = {**asked, "controller_id": customer["org_id"], **({"on": str(on)} if on else {})}
        return self.stack.ask(self.client, "GET", "/registry/v1/gate", query_string=query).json

    def ledger(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.must("GET", "/ledger")["items"]
        return items

    def proves_address(self, email: str = "privacy@vendor.example") -> None:
        """Answers to its mails reach it there."""
        self.stack.vouch(self.client["org_id"], email)

    def publish(self, *, published: bool = True) -> dict[str, Any]:
        """Let anybody read the register, or its customers only."""
        if published:
            self.proves_address()
        page: dict[str, Any] = self.must("PUT", "/page", {"published": published})
        return page


def new_client(
    stack: Stack, slug: str, kind: list[str], scopes: list[str], **more: Any
) -> dict[str, Any]:
    """``more``: members of the organisation."""
    name = f"{slug}-{uuid.uuid4().hex[:8]}"
    organisation = {
        "slug": name, "kind": kind, "legal_name": slug.title(), "country": "DK", **more,
    }  # fmt: skip
    made = stack.must(stack.admin, "POST", "/identity/v1/organisations", organisation)
    body = {"org_id": made["id"], "name": slug, "scopes": scopes}
    client: dict[str, Any] = stack.must(stack.admin, "POST", "/identity/v1/clients", body)
    return client | {"slug": name}
