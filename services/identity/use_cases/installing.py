"""What an installation begins with."""

from __future__ import annotations

from dataclasses import replace

from services.identity.model.clients import Client, digest
from services.identity.model.organisations import Organisation
from services.identity.wiring import Deps


def make_platform(deps: Deps) -> tuple[Organisation, Client, str]:
    """The first organisation and its administrator, when there is none; for the installer."""
    operator = Organisation(
        id=deps.new_id("org"), slug="platform", kind=("platform",), legal_name="Platform operator",
        country="DK", locale="en", created_at=deps.now(), created_by="installer",
    )  # fmt: skip
    deps.organisations.add(operator)
    secret = deps.new_secret()
    admin = Client(
        id=deps.new_id("cli"), org_id=operator.id, name="Platform administrator",
        scopes=tuple(sorted(operator.grantable())), secret_sha256=digest(secret),
        created_at=deps.now(),
    )  # fmt: skip
    deps.mongo.transact(lambda session: deps.clients.add(admin, session))
    return operator, replace(admin), secret
