"""A customer's engineer, who knows the portal and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.integration.notices.world import Receiver
from tests.stack import Stack
from tests.vendor import Vendor

ENDPOINTS = "/portal/v1/webhook-endpoints"


@dataclass
class Engineer:
    """A customer that asks the portal."""

    stack: Stack
    client: dict[str, Any]
    receiver: Receiver

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.stack.ask(self.client, method, path, body, headers=named)

    def endpoint(self, path: str = "/hook", **more: Any) -> dict[str, Any]:
        made = self("POST", ENDPOINTS, {"url": self.receiver.url + path, **more})
        assert made.status_code == 201, made.text
        return {**made.json, "etag": made.headers["ETag"]}

    def do(self, endpoint: dict[str, Any], what: str, body: Any = None) -> Any:
        return self("POST", f"{ENDPOINTS}/{endpoint['id']}/{what}", body)

    def read(self, endpoint: dict[str, Any]) -> Any:
        return self("GET", f"{ENDPOINTS}/{endpoint['id']}").json

    def sent(self, endpoint: dict[str, Any], status: str = "") -> list[dict[str, Any]]:
        query = f"?status={status}" if status else ""
        answer = self("GET", f"{ENDPOINTS}/{endpoint['id']}/deliveries{query}")
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json["items"]
        return items

    def test(self, endpoint: dict[str, Any]) -> str:
        answer = self.do(endpoint, "test")
        assert answer.status_code == 202, answer.text
        return str(answer.json["delivery_id"])

    def disabled(self, endpoint: dict[str, Any]) -> None:
        """Have the endpoint answer 410 once; it is disabled then."""
        path = endpoint["url"].removeprefix(self.receiver.url)
        self.receiver.answers[path] = lambda _: (410, {})
        self.test(endpoint)
        self.stack.tell()
        del self.receiver.answers[path]
        assert self.read(endpoint)["status"] == "disabled"


def announce(vendor: Vendor, number: int = 1) -> list[str]:
    """Announce that many changes and have them told; their ids."""
    made = [vendor.announced()["id"] for _ in range(number)]
    vendor.stack.tell()
    vendor.stack.pass_time(seconds=1)
    return made
