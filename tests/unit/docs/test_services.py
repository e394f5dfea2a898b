"""Each service's README says what it sends, receives and calls, as its code does."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from deploy.profile import ROOT
from deploy.wsgi import NAMES
from services.notices import events as notices
from services.portal.wiring import PEERS

SERVICES = ROOT / "services"


def line(service: str, word: str) -> str:
    """What the README of ``service`` says behind "Sends", "Receives" or "Calls"."""
    text = (SERVICES / service / "README.md").read_text("utf-8")
    found = re.search(rf"^- \*\*{word}:?\*\*(.*?)(?=^- \*\*|\n\n)", text, re.MULTILINE | re.DOTALL)
    assert found, f"the README of {service} has no line {word}"
    return found[1]


def peers_in(text: str) -> set[str]:
    return set(re.findall(r"\w+", text)) & set(NAMES)


def peers_called(service: str) -> set[str]:
    """The peers for which the service makes a client. Loops make those through which they send."""
    if service == "portal":
        return set(PEERS)
    files = [path for path in Path(SERVICES / service).rglob("*.py") if path.name != "tasks.py"]
    sources = "".join(path.read_text("utf-8") for path in files)
    return set(re.findall(r'\.client\("(\w+)"\)', sources))


@pytest.mark.parametrize("service", NAMES)
def test_it_calls_the_services_that_its_code_calls(service: str) -> None:
    assert peers_in(line(service, "Calls")) == peers_called(service)


@pytest.mark.parametrize("service", ["agreements", "registry"])
def test_it_sends_the_events_of_its_code(service: str) -> None:
    events = import_module(f"services.{service}.events")
    constants = [value for name, value in vars(events).items() if name.isupper()]
    types = {value for value in constants if isinstance(value, str) and "." in value}

    sends = line(service, "Sends")

    assert types
    assert types <= set(re.findall(r"`([\w.]+)`", sends))
    assert peers_in(sends.partition("`")[0]) == {"notices"}


def test_every_message_to_customers_is_named() -> None:
    named = set(re.findall(r"`([\w.]+)`", line("notices", "Sends")))

    assert named == {*notices.SUBSCRIBABLE, *notices.FOR_VENDORS}


@pytest.mark.parametrize("service", NAMES)
def test_the_table_names_the_same_services_to_call(service: str) -> None:
    table = (SERVICES / "README.md").read_text("utf-8")
    row = re.search(rf"^\| \[{service}\]\({service}/README.md\) \|(.*)\|$", table, re.MULTILINE)

    assert row
    calls = row[1].split("|")[-1]
    assert peers_in(calls) == peers_called(service)


@pytest.mark.parametrize("service", NAMES)
def test_only_notices_receives_entries(service: str) -> None:
    senders = peers_in(line(service, "Receives"))

    assert senders == ({"agreements", "registry", "notices"} if service == "notices" else set())
