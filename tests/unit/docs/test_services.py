"""Each service's README says what it tells, hears and asks, as its code does."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from deploy.profile import ROOT
from deploy.wsgi import NAMES
from services.notices import events as notices
from services.portal.clients import Clients

SERVICES = ROOT / "services"


def line(service: str, word: str) -> str:
    """What the README of ``service`` says behind "Tells", "Hears" or "Asks"."""
    text = (SERVICES / service / "README.md").read_text("utf-8")
    found = re.search(rf"^- \*\*{word}:?\*\*(.*?)(?=^- \*\*|\n\n)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{service} does not say what it {word.lower()}"
    return found[1]


def peers_in(text: str) -> set[str]:
    return set(re.findall(r"\w+", text)) & set(NAMES)


def peers_asked(service: str) -> set[str]:
    """The peers for which the service makes a client. Loops make those through which they tell."""
    if service == "portal":
        return set(Clients.__annotations__)
    files = [path for path in Path(SERVICES / service).rglob("*.py") if path.name != "tasks.py"]
    sources = "".join(path.read_text("utf-8") for path in files)
    return set(re.findall(r'\.client\("(\w+)"\)', sources))


@pytest.mark.parametrize("service", NAMES)
def test_it_asks_whom_its_code_asks(service: str) -> None:
    assert peers_in(line(service, "Asks")) == peers_asked(service)


@pytest.mark.parametrize("service", ["agreements", "registry"])
def test_it_tells_what_its_code_tells(service: str) -> None:
    events = import_module(f"services.{service}.events")
    constants = [value for name, value in vars(events).items() if name.isupper()]
    told = {value for value in constants if isinstance(value, str) and "." in value}

    said = line(service, "Tells")

    assert told
    assert told <= set(re.findall(r"`([\w.]+)`", said))
    assert peers_in(said.partition("`")[0]) == {"notices"}


def test_every_message_to_customers_is_named() -> None:
    named = set(re.findall(r"`([\w.]+)`", line("notices", "Tells")))

    assert named == set(notices.SUBSCRIBABLE)


@pytest.mark.parametrize("service", NAMES)
def test_the_table_says_the_same_of_whom_it_asks(service: str) -> None:
    table = (SERVICES / "README.md").read_text("utf-8")
    row = re.search(rf"^\| \[{service}\]\({service}/README.md\) \|(.*)\|$", table, re.MULTILINE)

    assert row
    asks = row[1].split("|")[-1]
    assert peers_in(asks) == peers_asked(service)


@pytest.mark.parametrize("service", NAMES)
def test_who_hears_nobody_says_so(service: str) -> None:
    hears = peers_in(line(service, "Hears"))

    assert hears == ({"agreements", "registry", "notices"} if service == "notices" else set())
