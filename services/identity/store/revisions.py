"""Saving what was read, unless somebody else was faster."""

from __future__ import annotations

from typing import Any

from services.identity.model.clients import Client
from services.identity.model.organisations import Organisation
from services.identity.model.passkeys import Passkey
from services.identity.model.people import Person
from services.identity.model.providers import Provider


def seen_before(changed: Organisation | Client | Person | Passkey | Provider) -> dict[str, Any]:
    """The revision that ``changed`` was made of."""
    return {"_id": changed.id, "revision": changed.revision - 1}
