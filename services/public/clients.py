"""Whom the public service asks: the registry, for its data, and every service for its document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from services.public.entries import Entries

Json = dict[str, Any]
Value = Any  # Whatever JSON can hold.
LARGEST_PAGE, KEYS_AT_ONCE = 200, 1000


class Asked(Protocol):
    """What is used of ``shared.peers.ServiceClient``: a JSON answer, or a domain error."""

    def get(self, path: str, params: dict[str, Any] | None = None) -> Value: ...
    def post(self, path: str, body: Any) -> Value: ...


class Registry(Protocol):
    """The questions the pages ask. Raises NotFound for an unknown slug, Unavailable when away."""

    def processors(self) -> list[Json]: ...
    def processor(self, slug: str) -> Json: ...
    def sub_processors(self, slug: str, as_of: str | None) -> list[Json]: ...
    def changes(self, slug: str) -> list[Json]: ...
    def diff(self, slug: str, from_: str, to: str) -> list[Json]: ...
    def ledger(self, slug: str, after: int) -> Iterator[Json]: ...
    def checkpoints(self, slug: str) -> list[Json]: ...
    def checkpoint_keys(self) -> list[Json]: ...


class Documents(Protocol):
    """The OpenAPI document of a service by its name."""

    def document(self, name: str) -> Json: ...


class RegistryClient:
    """The registry over HTTP."""

    def __init__(self, http: Asked) -> None:
        self._http, self._entries = http, Entries()

    def processors(self) -> list[Json]:
        return list(self._pages("/v1/processors", {"limit": LARGEST_PAGE}))

    def processor(self, slug: str) -> Json:
        answer: Json = self._http.get(f"/v1/processors/{slug}")
        return answer

    def sub_processors(self, slug: str, as_of: str | None) -> list[Json]:
        path, day = f"/v1/processors/{slug}/public-list", {"as_of": as_of} if as_of else {}
        keys = self._http.get(path, day)["keys"]
        found = {key: self._entries.get(key) for key in keys}
        unknown = [key for key, entry in found.items() if entry is None]
        for start in range(0, len(unknown), KEYS_AT_ONCE):
            asked = unknown[start : start + KEYS_AT_ONCE]
            told = self._http.post(path, {**day, "keys": asked})
            found |= self._entries.read(asked, told["entries"], told["places"])
        return [entry for entry in found.values() if entry is not None]

    def changes(self, slug: str) -> list[Json]:
        """Those that were announced; drafts are neither asked for nor sent."""
        params = {"announced": True, "limit": LARGEST_PAGE}
        return list(self._pages(f"/v1/processors/{slug}/changes", params))

    def diff(self, slug: str, from_: str, to: str) -> list[Json]:
        days = {"from": from_, "to": to}
        return list(self._http.get(f"/v1/processors/{slug}/diff", days)["items"])

    def ledger(self, slug: str, after: int) -> Iterator[Json]:
        params = {"after": after, "limit": LARGEST_PAGE}
        return self._pages(f"/v1/processors/{slug}/ledger", params, turn="after")

    def checkpoints(self, slug: str) -> list[Json]:
        params = {"limit": LARGEST_PAGE}
        return list(self._pages(f"/v1/processors/{slug}/checkpoints", params))

    def checkpoint_keys(self) -> list[Json]:
        return list(self._http.get("/v1/checkpoint-keys")["keys"])

    def _pages(self, path: str, params: Json, turn: str = "cursor") -> Iterator[Json]:
        asked = {name: value for name, value in params.items() if value is not None}
        while True:
            page = self._http.get(path, asked)
            yield from page["items"]
            if not page.get("next_cursor"):
                return
            asked = {**asked, turn: page["next_cursor"]}


class DocumentsClient:
    """The OpenAPI documents, each asked of the service that generates it."""

    def __init__(self, services: dict[str, Asked]) -> None:
        self._services = services

    def document(self, name: str) -> Json:
        answer: Json = self._services[name].get("/openapi.json")
        return answer
