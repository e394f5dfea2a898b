"""The registry is asked as its contract says, and every page of a list is read."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from services.public.clients import DocumentsClient, RegistryClient
from shared.errors import NotFound, Unavailable

LISTED = {"listed_since": "2026-01-01", "listed_until": None, "next_change": None}


def keyed(*keys: str, **days: Any) -> dict[str, Any]:
    """The keys of a list whose entries all have the same days on it."""
    return {"keys": list(keys), "listed": [{**LISTED, **days}], "listed_at": [0] * len(keys)}


class Wire:
    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[Any] = []

    def get(self, path: str, params: dict[str, Any] | None = None) -> Any:
        self.asked.append((path, dict(params or {})))
        return self.answers.pop(0)

    post = get

    def send(self, method: str, path: str) -> requests.Response:
        self.asked.append((method, path))
        answer = requests.Response()
        answer.status_code, answer._content = self.answers.pop(0)
        return answer


def test_it_works() -> None:
    wire = Wire({"slug": "acme"})
    assert RegistryClient(wire).processor("acme") == {"slug": "acme"}
    assert wire.asked == [("/v1/processors/acme", {})]


def test_a_list_is_asked_for_by_keys_and_read_once() -> None:
    told = {"places": [{"country": "DK"}, {"country": "US"}], "entries": [
        {"id": "sub_1", "locations": [1]}, {"id": "sub_2", "locations": [0, 1], "contact": {}},
    ]}  # fmt: skip
    wire = Wire(keyed("one", "two"), told, keyed("two", "one"))
    registry = RegistryClient(wire)

    first = registry.sub_processors("acme", "2026-12-24")
    again = registry.sub_processors("acme", "2026-12-25")

    assert first == [
        {"id": "sub_1", "locations": [{"country": "US"}], **LISTED},
        {"id": "sub_2", "locations": [{"country": "DK"}, {"country": "US"}], **LISTED},
    ]
    assert again == first[::-1]
    assert wire.asked == [
        ("/v1/processors/acme/public-list", {"as_of": "2026-12-24"}),
        ("/v1/processors/acme/public-list", {"as_of": "2026-12-24", "keys": ["one", "two"]}),
        ("/v1/processors/acme/public-list", {"as_of": "2026-12-25"}),
    ]


def test_the_days_of_an_entry_are_those_of_the_list_that_is_asked_for() -> None:
    told = {"places": [], "entries": [{"id": "sub_1", "locations": []}]}
    coming = {"change_id": "chg_1", "kind": "modify", "effective_on": "2027-03-01"}
    wire = Wire(keyed("one"), told, keyed("one", next_change=coming), keyed("one"))
    registry = RegistryClient(wire)

    lists = [registry.sub_processors("acme", None)[0] for _ in range(3)]

    assert [each["next_change"] for each in lists] == [None, coming, None]
    assert lists[0] is lists[2]


def test_a_long_list_is_read_in_parts() -> None:
    keys = [str(n) for n in range(1001)]
    parts = ({"places": [], "entries": [{"id": key, "locations": []} for key in some]}
             for some in (keys[:1000], keys[1000:]))  # fmt: skip
    wire = Wire(keyed(*keys), *parts)
    assert [each["id"] for each in RegistryClient(wire).sub_processors("acme", None)] == keys


def test_today_asks_for_no_day() -> None:
    wire = Wire(keyed())
    assert RegistryClient(wire).sub_processors("acme", None) == []
    assert wire.asked == [("/v1/processors/acme/public-list", {})]


def test_the_ledger_is_read_lazily() -> None:
    wire = Wire({"items": [{"sequence": 1}], "next_cursor": 1}, {"items": [{"sequence": 2}]})
    entries = RegistryClient(wire).ledger("acme", 0)
    assert next(entries) == {"sequence": 1}
    assert wire.asked == [("/v1/processors/acme/ledger", {"after": 0, "limit": 200})]
    assert next(entries) == {"sequence": 2}
    assert wire.asked[1][1] == {"after": 1, "limit": 200}


def test_a_logo_is_read_as_it_is_and_its_absence_told_from_a_fault() -> None:
    wire = Wire((200, b"picture"), (404, b""), (500, b""))
    registry = RegistryClient(wire)
    assert registry.logo("acme") == b"picture"
    with pytest.raises(NotFound):
        registry.logo("acme")
    with pytest.raises(Unavailable):
        registry.logo("acme")
    assert wire.asked[0] == ("GET", "/v1/processors/acme/logo")


def test_documents_are_asked_of_their_own_service() -> None:
    wire = Wire({"openapi": "3.1.0"})
    assert DocumentsClient({"registry": wire}).document("registry") == {"openapi": "3.1.0"}
    assert wire.asked == [("/openapi.json", {})]
