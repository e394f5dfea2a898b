"""Clients of the registry, for data, and of every service, for its OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import requests

from services.public.entries import Entries, listed
from shared.errors import NotFound, Unavailable
from shared.peers import every_item

Json = dict[str, Any]
Value = Any  # Any JSON value.
# The limits of the registry's API: items of a page, and keys of one request.
LARGEST_PAGE, KEYS_AT_ONCE = 200, 1000


class JsonClient(Protocol):
    """The part of ``shared.peers.ServiceClient`` that is used here."""

    def get(self, path: str, params: dict[str, Any] | None = None) -> Value: ...
    def post(self, path: str, body: Any) -> Value: ...
    def send(self, method: str, path: str) -> requests.Response: ...


class Registry(Protocol):
    """The data of the pages. Methods raise ``NotFound`` for an unknown slug, or ``Unavailable``."""

    def processors(self) -> list[Json]: ...
    def processor(self, slug: str) -> Json: ...
    def sub_processors(self, slug: str, as_of: str | None) -> list[Json]: ...
    def changes(self, slug: str) -> list[Json]: ...
    def diff(self, slug: str, from_: str, to: str) -> list[Json]: ...
    def ledger(self, slug: str, after: int) -> Iterator[Json]: ...
    def checkpoints(self, slug: str) -> list[Json]: ...
    def checkpoint_keys(self) -> list[Json]: ...
    def pending_law(self, as_of: str) -> list[Json]: ...
    def logo(self, slug: str) -> bytes: ...
    def slug_at(self, host: str) -> str | None: ...


class Notices(Protocol):
    """Writes to visitors. Methods raise ``TooManyRequests``, or ``Unavailable``."""

    def subscribe(self, wish: Json) -> str: ...
    def confirm(self, token: str) -> str: ...
    def end(self, token: str) -> str: ...
    def reads_questions(self, vendor_id: str) -> bool: ...
    def ask(self, question: Json) -> str: ...


class Documents(Protocol):
    """Reads the OpenAPI document of a service."""

    def document(self, name: str) -> Json: ...


class RegistryClient:
    """Reads the registry through its API, and keeps entries in memory."""

    def __init__(self, http: JsonClient) -> None:
        self._http, self._entries = http, Entries()

    def processors(self) -> list[Json]:
        return list(every_item(self._http.get, "/v1/processors", {"limit": LARGEST_PAGE}))

    def processor(self, slug: str) -> Json:
        answer: Json = self._http.get(f"/v1/processors/{slug}")
        return answer

    def sub_processors(self, slug: str, as_of: str | None) -> list[Json]:
        """Return the list on a day (None: today). Fetches only entries that are not kept yet."""
        path, day = f"/v1/processors/{slug}/public-list", {"as_of": as_of} if as_of else {}
        found = self._http.get(path, day)
        keys = found["keys"]
        entries = {key: self._entries.get(key) for key in keys}
        missing = [key for key, entry in entries.items() if entry is None]
        for start in range(0, len(missing), KEYS_AT_ONCE):
            batch = missing[start : start + KEYS_AT_ONCE]
            answer = self._http.post(path, {**day, "keys": batch})
            entries |= self._entries.read(batch, answer["entries"], answer["places"])
        days = (found["listed"][at] for at in found["listed_at"])
        return [
            listed(entry, of_entry)
            for entry, of_entry in zip((entries[key] for key in keys), days, strict=True)
            if entry is not None
        ]

    def changes(self, slug: str) -> list[Json]:
        """Return the announced changes. The registry sends no drafts."""
        params = {"announced": True, "limit": LARGEST_PAGE}
        return list(every_item(self._http.get, f"/v1/processors/{slug}/changes", params))

    def diff(self, slug: str, from_: str, to: str) -> list[Json]:
        days = {"from": from_, "to": to}
        return list(self._http.get(f"/v1/processors/{slug}/diff", days)["items"])

    def ledger(self, slug: str, after: int) -> Iterator[Json]:
        params = {"after": after, "limit": LARGEST_PAGE}
        return every_item(self._http.get, f"/v1/processors/{slug}/ledger", params, cursor="after")

    def checkpoints(self, slug: str) -> list[Json]:
        params = {"limit": LARGEST_PAGE}
        return list(every_item(self._http.get, f"/v1/processors/{slug}/checkpoints", params))

    def checkpoint_keys(self) -> list[Json]:
        return list(self._http.get("/v1/checkpoint-keys")["keys"])

    def pending_law(self, as_of: str) -> list[Json]:
        return list(self._http.get("/v1/pending-law", {"as_of": as_of})["items"])

    def slug_at(self, host: str) -> str | None:
        """Return the register whose page a host shows, or None."""
        try:
            return str(self._http.get(f"/v1/hosts/{host}")["slug"])
        except NotFound:
            return None

    def logo(self, slug: str) -> bytes:
        answer = self._http.send("GET", f"/v1/processors/{slug}/logo")
        if answer.status_code == NotFound.status:
            raise NotFound
        if not answer.ok:
            raise Unavailable
        return answer.content


class NoticesClient:
    """Has notices write to visitors; answers what became of it, in one word."""

    def __init__(self, http: JsonClient) -> None:
        self._http = http

    def subscribe(self, wish: Json) -> str:
        return self._state("", wish)

    def confirm(self, token: str) -> str:
        return self._state("/confirm", {"token": token})

    def end(self, token: str) -> str:
        return self._state("/end", {"token": token})

    def reads_questions(self, vendor_id: str) -> bool:
        return bool(self._http.get(f"/v1/question-boxes/{vendor_id}")["is_open"])

    def ask(self, question: Json) -> str:
        return str(self._http.post("/v1/questions", question)["state"])

    def _state(self, path: str, body: Json) -> str:
        return str(self._http.post(f"/v1/subscribers{path}", body)["state"])


class DocumentsClient:
    """Reads each OpenAPI document from the service that generates it."""

    def __init__(self, services: dict[str, JsonClient]) -> None:
        self._services = services

    def document(self, name: str) -> Json:
        answer: Json = self._services[name].get("/openapi.json")
        return answer
