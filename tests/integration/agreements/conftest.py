"""The agreements app on a real MongoDB, beside a fake identity."""

from __future__ import annotations

import pytest

from services.agreements.app import create_app
from services.agreements.settings import Settings
from shared.egress import Egress
from shared.in_process import WSGITransport
from tests.builders import common_settings
from tests.fakes import FakeIdentity, StandingClock
from tests.integration.agreements.office import LILLEBROR, NORDBO, RIVAL, VENDOR, Office


@pytest.fixture
def office(mongo_url: str, database_name: str) -> Office:
    clock = StandingClock()
    identity = FakeIdentity(clock)
    identity.add(VENDOR, "tempus-serva", "processor")
    identity.add(RIVAL, "rival", "processor", "controller")
    identity.add(NORDBO, "nordbo", "controller")
    identity.add(LILLEBROR, "lillebror", "controller")
    transport = WSGITransport()
    transport.mount(identity)
    own = Egress.from_text("127.0.0.0/8")
    settings = Settings(common_settings(mongo_url, database_name), egress=own)
    app = create_app(settings, transport, clock)
    return Office(app, identity, clock)
