"""The registry is asked as its contract says, and every page of a list is read."""

from __future__ import annotations

from typing import Any

from services.public.clients import DocumentsClient, RegistryClient


class Wire:
    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = list(answers), []

    def get(self, path: str, params: dict[str, Any] | None = None) -> Any:
        self.asked.append((path, dict(params or {})))
        return self.answers.pop(0)


def test_it_works() -> None:
    wire = Wire({"slug": "acme"})
    assert RegistryClient(wire).processor("acme") == {"slug": "acme"}
    assert wire.asked == [("/v1/processors/acme", {})]


def test_a_list_is_read_to_its_end() -> None:
    wire = Wire({"items": [{"id": 1}], "next_cursor": "c"}, {"items": [{"id": 2}]})
    assert RegistryClient(wire).sub_processors("acme", "2026-12-24") == [{"id": 1}, {"id": 2}]
    assert wire.asked[1] == (
        "/v1/processors/acme/sub-processors", {"as_of": "2026-12-24", "cursor": "c"},
    )  # fmt: skip


def test_today_asks_for_no_day() -> None:
    wire = Wire({"items": []})
    RegistryClient(wire).sub_processors("acme", None)
    assert wire.asked == [("/v1/processors/acme/sub-processors", {})]


def test_the_ledger_is_read_lazily() -> None:
    wire = Wire({"items": [{"sequence": 1}], "next_cursor": 1}, {"items": [{"sequence": 2}]})
    entries = RegistryClient(wire).ledger("acme", 0)
    assert next(entries) == {"sequence": 1}
    assert wire.asked == [("/v1/processors/acme/ledger", {"after": 0, "limit": 200})]
    assert next(entries) == {"sequence": 2}
    assert wire.asked[1][1] == {"after": 1, "limit": 200}


def test_documents_are_asked_of_their_own_service() -> None:
    wire = Wire({"openapi": "3.1.0"})
    assert DocumentsClient({"registry": wire}).document("registry") == {"openapi": "3.1.0"}
    assert wire.asked == [("/openapi.json", {})]
