from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from services.public.app import create_app
from services.public.settings import Settings
from shared.settings import Common
from tests import seals
from tests.integration.public.fake_registry import FakeDocuments, FakeRegistry

# What Firefox and Chrome send when somebody opens an address.
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
NOW = datetime(2026, 11, 22, 13, tzinfo=UTC)


def settings() -> Settings:
    names = ("identity", "agreements", "registry", "notices")
    origin = "https://register.example"
    common = Common(
        origin=origin, mongo_url="", db_prefix="art28", audience="art28",
        urls={name: f"{origin}/{name}" for name in names}, service_key=b"k" * 32,
        secrets_key=b"s" * 32, log_level="info", log_format="json",
    )  # fmt: skip
    return Settings(common, fresh_seconds=0.0)


@pytest.fixture
def registry() -> FakeRegistry:
    return FakeRegistry()


@pytest.fixture
def visitor(registry: FakeRegistry) -> Iterator[FlaskClient]:
    app = create_app(settings(), registry=registry, documents=FakeDocuments(), now=lambda: NOW,
                     seal=seals.seal)  # fmt: skip
    with app.test_client() as client:
        client.environ_base["HTTP_ACCEPT"] = BROWSER
        yield client
