"""The first two steps of the main job, done once per profile; what follows asks about them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import requests

from tests.clock import now
from tests.e2e.running import Client, Running, until
from tests.e2e.story import PROCESSOR, REGISTER, TERMS, draft
from tests.receiver import Received, Receiver


@dataclass
class Job:
    """The first two steps, done: what was refused, what was announced, who was told."""

    running: Running
    receiver: Receiver
    vendor: Client
    customers: dict[str, Client]
    secrets: dict[str, str]
    today: date
    refused: requests.Response
    announced: dict[str, Any]
    drafted: dict[str, Any]
    answered_at: float

    @property
    def change_id(self) -> str:
        return str(self.drafted["id"])

    @property
    def subject(self) -> str:
        return str(self.drafted["sub_processor"]["id"])

    @property
    def path(self) -> str:
        return f"{REGISTER}/changes/{self.change_id}"

    @property
    def day(self) -> str:
        return str(self.announced["effective_on"])

    def message(self, slug: str) -> Received:
        return self.receiver.at(f"/{slug}")[0]

    def told(self, slug: str) -> Any:
        return self.message(slug).verified(self.secrets[slug])

    def evidence(self) -> list[dict[str, Any]]:
        """The evidence of the change, once every message is on record as delivered."""
        path = f"/notices/v1/changes/{self.change_id}/evidence"
        found: list[dict[str, Any]] = []

        def complete() -> bool:
            found[:] = self.vendor.must("GET", path)["items"]
            return len(found) == len(TERMS) and all(each["delivered_at"] for each in found)

        until(complete)
        return found

    def gate(self, slug: str, on: str | None) -> Any:
        query = {"sub_processor_id": self.subject, **({"on": on} if on else {})}
        return self.customers[slug].must("GET", "/portal/v1/gate", params=query)

    def own_list(self, slug: str) -> list[str]:
        """What is on a customer's own list on the effective day."""
        path = f"/portal/v1/sub-processors?as_of={self.day}"
        return [each["id"] for each in self.customers[slug].must("GET", path)["items"]]

    def pulled(self, slug: str) -> list[str]:
        items = self.customers[slug].must("GET", "/portal/v1/events")["items"]
        return [each["id"] for each in items]

    def page(self, suffix: str = "", **query: str) -> requests.Response:
        return self.running.visitor().ask("GET", f"/p/{PROCESSOR}{suffix}", params=query)


def announced(profile: Running, receiver: Receiver) -> Job:
    vendor = profile.client(PROCESSOR)
    customers = {slug: profile.client(slug) for slug in TERMS}
    secrets = {}
    for slug, customer in customers.items():
        body = {"url": f"{receiver.url}/{slug}"}
        made = customer.must("POST", "/portal/v1/webhook-endpoints", json=body)
        secrets[slug] = made["secret"]
    today = now().astimezone(ZoneInfo("Europe/Copenhagen")).date()
    drafted = vendor.must("POST", f"{REGISTER}/changes", json=draft(today, in_days=10))
    path = f"{REGISTER}/changes/{drafted['id']}"
    refused = vendor.ask("POST", f"{path}/announce")
    assert receiver.requests == []
    seen = vendor.ask("GET", path).headers["ETag"]
    later = {"effective_on": refused.json()["context"]["earliest_effective_on"]}
    vendor.must("PATCH", path, json=later, headers={"If-Match": seen})
    announced = vendor.must("POST", f"{path}/announce")
    answered_at = time.monotonic()
    receiver.wait(lambda: len(receiver.requests) >= len(TERMS))
    return Job(
        profile, receiver, vendor, customers, secrets, today, refused, announced, drafted,
        answered_at,
    )  # fmt: skip
