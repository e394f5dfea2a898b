"""A vendor's own host shows its page, and nothing of another vendor's."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.integration.public.fake_registry import FakeRegistry
from tests.integration.public.test_page import PAGE

OWN = "subprocessors.vendor.example"


def at(visitor: FlaskClient, host: str, path: str = "/?lang=en") -> str:
    answer = visitor.get(path, headers={"Host": host})
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("host", [OWN, f"{OWN}:8443", OWN.upper(), f"{OWN}."])
def test_the_page_stands_at_the_root_of_its_own_host(visitor: FlaskClient, host: str) -> None:
    assert "help Tempus Serva ApS to process" in at(visitor, host)


@pytest.mark.parametrize(
    "host", ["register.example", "elsewhere.example", "127.0.0.1:8280", "localhost", "192.0.2.1"]
)
def test_every_other_host_shows_the_start_page(visitor: FlaskClient, host: str) -> None:
    assert "Registers of sub-processors" in at(visitor, host)


def test_what_one_host_was_shown_is_not_what_another_gets(visitor: FlaskClient) -> None:
    at(visitor, OWN)
    assert "Registers of sub-processors" in at(visitor, "register.example")
    assert "help Tempus Serva ApS to process" in at(visitor, OWN)


def test_links_work_on_the_own_host_as_well(visitor: FlaskClient) -> None:
    assert f'href="{PAGE}/changes?lang=en"' in at(visitor, OWN)
    assert "Amazon Web Services" in at(visitor, OWN, f"{PAGE}/changes?lang=en")


def test_a_host_is_asked_for_once_in_a_while_and_numbers_never(
    visitor: FlaskClient, registry: FakeRegistry
) -> None:
    for host in (OWN, OWN, OWN, "192.0.2.1", "localhost", "register.example"):
        at(visitor, host)
    assert registry.asked["slug_at"] == 1
