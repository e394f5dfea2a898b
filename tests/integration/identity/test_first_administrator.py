"""The first administrator of an installation: `art28 admin create`."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pymongo import MongoClient
from werkzeug.test import Client

from deploy.command.root import main
from deploy.seed import make_admin
from services.identity.app import create_app
from services.identity.settings import Settings
from services.identity.token_requests import EXCHANGE, SESSION

KEY = "A" * 43 + "="


@pytest.fixture
def environ(
    mongo_url: str, mongo_client: MongoClient[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Mapping[str, str]]:
    """An installation without anything in it."""
    prefix = f"test_{uuid.uuid4().hex[:12]}"
    named = {
        "ART28_MONGO_URL": mongo_url,
        "ART28_DB_PREFIX": prefix,
        "ART28_ORIGIN": "https://art28.example",
        "ART28_SERVICE_KEY": KEY,
        "ART28_SECRETS_KEY": KEY,
    }
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    yield named
    mongo_client.drop_database(f"{prefix}_identity")


@pytest.fixture
def printed(environ: Mapping[str, str], capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command; its code and what it printed."""

    def run(*words: str) -> tuple[int, str]:
        code = main(["admin", "create", "--email", *words])
        out = capsys.readouterr()
        return code, (out.err if code else out.out).strip()

    return run


def accepted(link: str) -> Any:
    """The answer to the link that was printed, of the installation of the settings."""
    token = link.rpartition("/")[2]
    return Client(create_app(Settings.from_env())).post(f"/v1/invitations/{token}")


def test_the_link_is_printed_and_makes_an_owner_of_the_platform(printed: Any) -> None:
    code, link = printed("ada@example.com", "--name", "Ada")
    assert code == 0
    assert link.startswith("https://art28.example/invitation/")
    opened = accepted(link).json
    form = {"grant_type": EXCHANGE, "subject_token": opened["session_token"],
            "subject_token_type": SESSION}  # fmt: skip
    client = Client(create_app(Settings.from_env()))
    token = client.post("/v1/token", data=form).json
    assert token is not None
    assert {"platform:admin", "people:write"} <= set(token["scope"].split())
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    vendor = {"slug": "acme", "kind": ["processor"], "legal_name": "Acme ApS", "country": "DK"}
    assert client.post("/v1/organisations", json=vendor, headers=bearer).status_code == 201


def test_another_one_is_refused_unless_it_is_asked_for(printed: Any) -> None:
    _, first = printed("ada@example.com")
    _, again = printed("ada@example.com")
    assert accepted(first).status_code == 404, "a newer link takes the place of an unused one"
    assert accepted(again).status_code == 200
    in_already = "art28: ada@example.com is in already: sign in at https://art28.example/sign-in."
    assert printed("ada@example.com") == (1, in_already)
    assert printed("ada@example.com", "--another") == (1, in_already)
    assert printed("eve@example.com") == (
        1,
        "art28: There is an administrator already; --another makes one more.",
    )
    code, link = printed("eve@example.com", "--another")
    assert (code, accepted(link).status_code) == (0, 200)


def test_the_sample_can_be_loaded_after_it_and_before_it(
    printed: Any, environ: Mapping[str, str]
) -> None:
    assert environ
    assert printed("ada@example.com")[0] == 0
    operator = make_admin(Settings.from_env())
    assert operator["org_kind"] == "platform"
    assert printed("ada@example.com")[0] == 0


def test_what_is_no_address_is_refused(environ: Mapping[str, str]) -> None:
    assert main(["admin", "create", "--email", "nobody"]) == 2
