"""The whole product in this process with its sample data, for the many cases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import services.notices.settings
from deploy.seed import SAMPLE, load
from shared.egress import Egress
from tests.stack import Stack


class Strict(Stack):
    """As an installation without ART28_EGRESS_ALLOW: webhooks go to the public internet only."""

    def _settings(self, name: str) -> Any:
        if name == "notices":
            return services.notices.settings.Settings(self.common, Egress())
        return super()._settings(name)


@dataclass(frozen=True)
class Loaded:
    """A stack and its clients, by the slug of their organisation."""

    stack: Stack
    clients: Mapping[str, Mapping[str, Any]]

    def must(self, slug: str, method: str, path: str, body: Any = None) -> Any:
        return self.stack.must(self.clients[slug], method, path, body)

    def client_with(self, slug: str, *scopes: str) -> dict[str, Any]:
        """One more client of this organisation."""
        body = {"org_id": self.clients[slug]["org_id"], "name": "More", "scopes": list(scopes)}
        made: dict[str, Any] = self.must("platform", "POST", "/identity/v1/clients", body)
        return made


def loaded(stack: Stack) -> Loaded:
    sample = json.loads(SAMPLE.read_text("utf-8"))
    clients = load(stack.must, stack.vouch, stack.admin, sample, stack.now.date())
    return Loaded(stack, {each["org_slug"]: each for each in clients})
