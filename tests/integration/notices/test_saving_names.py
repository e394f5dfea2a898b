"""A name is resolved when its endpoint is saved, so that its owner learns at once what is wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from shared.lookups import MAX_LOOKUPS, BoundedLookup
from tests.integration.notices.asking import Door


def leading_to(door: Door, lookup: Callable[[str], list[str]], seconds: float = 5.0) -> Door:
    deps = door.app.extensions["art28.deps"]
    door.app.extensions["art28.deps"] = replace(deps, names=BoundedLookup(lookup, seconds))
    return door


def saved(door: Door, url: str = "https://hooks.good.example/") -> tuple[int, str]:
    answer = door.customer("nordbo")("POST", "/webhook-endpoints", {"url": url})
    return answer.status_code, answer.text


@pytest.mark.parametrize("addresses", [["93.184.216.34"], ["93.184.216.34", "2606:4700::1111"]])
def test_it_works(door: Door, addresses: list[str]) -> None:
    asked: list[str] = []

    def lookup(host: str) -> list[str]:
        asked.append(host)
        return addresses

    assert saved(leading_to(door, lookup), "https://hooks.bücher.example/")[0] == 201
    assert asked == ["hooks.xn--bcher-kva.example"]


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.1"],
        ["93.184.216.34", "10.0.0.1"],
        ["fd00:ec2::254", "93.184.216.34"],
        ["169.254.169.254"],
        ["168.63.129.16"],
        ["::ffff:93.184.216.34"],
        ["64:ff9b::a9fe:a9fe"],
        ["fe80::1%lo"],
    ],
)
def test_a_name_that_leads_inside_is_refused(door: Door, addresses: list[str]) -> None:
    status, text = saved(leading_to(door, lambda _: addresses))
    assert status == 422
    assert '"url-not-allowed"' in text
    assert '"blocked-address"' in text
    assert not any(each in text for each in addresses), "nobody is told what a name means inside"


def test_an_endpoint_is_not_moved_there_either(door: Door) -> None:
    ask = leading_to(door, lambda host: ["10.0.0.1" if "bad" in host else "1.1.1.1"]).customer("n")
    made = ask("POST", "/webhook-endpoints", {"url": "https://good.example/"})
    path, etag = f"/webhook-endpoints/{made.json['id']}", made.headers["ETag"]
    moved = ask("PATCH", path, {"url": "https://bad.example/"}, If_Match=etag)
    assert (moved.status_code, moved.json["code"]) == (422, "url-not-allowed")
    assert ask("GET", path).json["url"] == "https://good.example/"


def fail(_: str) -> list[str]:
    raise OSError("SERVFAIL")


def confuse(_: str) -> list[str]:
    raise UnicodeError


@pytest.mark.parametrize("lookup", [fail, confuse, lambda _: [], lambda _: ["nonsense"]])
def test_a_name_that_has_no_address_yet_is_saved(
    door: Door, lookup: Callable[[str], list[str]]
) -> None:
    assert saved(leading_to(door, lookup))[0] == 201


def test_an_address_is_not_looked_up(door: Door) -> None:
    for url in ("https://93.184.216.34/", "http://127.0.0.1:9000/", "http://localhost:9000/"):
        assert saved(leading_to(door, lambda _: ["10.0.0.1"]), url)[0] == 201


@pytest.fixture
def hanging() -> Iterator[Callable[[str], list[str]]]:
    released = threading.Event()

    def lookup(_: str) -> list[str]:
        released.wait(30)
        return ["10.0.0.1"]

    yield lookup
    released.set()


def test_a_name_server_that_hangs_holds_nobody_up(
    door: Door, hanging: Callable[[str], list[str]]
) -> None:
    began = time.monotonic()
    assert saved(leading_to(door, hanging, seconds=0.2))[0] == 201
    assert time.monotonic() - began < 5


def test_only_some_questions_are_open_at_once(hanging: Callable[[str], list[str]]) -> None:
    names, before = BoundedLookup(hanging, seconds=0.01), threading.active_count()
    for number in range(3 * MAX_LOOKUPS):
        assert names.addresses(f"host{number}.example") == ()
    assert threading.active_count() <= before + MAX_LOOKUPS
