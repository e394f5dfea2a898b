"""A product whose every write fails once, at the moment when its answer is put into words."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from bson import encode
from flask import Flask, request

from shared.idempotency import SAFE_METHODS
from tests.answers import Answer
from tests.stack import NAMES, Stack

WITH_A_DATABASE = ("identity", "agreements", "registry", "notices")
# What is no part of the effect of a request.
APART = frozenset({"idempotency", "failed_attempts", "keys"})

Route = tuple[str, str, str]


class CannotBeWords(Exception):
    """What a view raises that cannot say what it did."""


class FailingFirst(Stack):
    """Asks each write twice under one key: first its answer fails, then it is asked again.

    ``failed``: the routes that did, as app, rule and method; those ``spared`` never do.
    ``whole``: the services of which nothing may have changed.
    """

    def __init__(self, mongo_url: str, prefix: str, spared: AbstractSet[Route]) -> None:
        self.failed: set[Route] = set()
        self.spared = spared
        self.whole: Sequence[str] = WITH_A_DATABASE
        super().__init__(mongo_url, prefix)
        self._stored = {name: self.database(name).db for name in WITH_A_DATABASE}

    def ask(
        self,
        client: Mapping[str, Any] | None,
        method: str,
        path: str,
        body: Any = None,
        **more: Any,
    ) -> Answer:
        if method in SAFE_METHODS:
            return super().ask(client, method, path, body, **more)
        headers = {"Idempotency-Key": uuid.uuid4().hex, **more.pop("headers", {})}
        before = self.fingerprints()
        with self.unspeakable() as hit:
            lost = super().ask(client, method, path, body, headers=headers, **more)
        if not hit:
            return lost
        assert lost.status_code in (500, 503), (method, path, lost.status_code, lost.text)
        assert self.fingerprints() == before, f"{method} {path} left something behind"
        return super().ask(client, method, path, body, headers=headers, **more)

    def fingerprints(self) -> dict[str, str]:
        """A hash of all that is stored, by database and collection."""
        return {
            f"{service}.{name}": self._fingerprint(service, name)
            for service in self.whole
            for name in self._stored[service].list_collection_names()
            if name not in APART
        }

    def _fingerprint(self, service: str, name: str) -> str:
        found = self._stored[service][name].find().sort("_id")
        return hashlib.sha256(b"".join(encode(each) for each in found)).hexdigest()

    @contextmanager
    def unspeakable(self) -> Iterator[list[Route]]:
        """The first write that is answered meanwhile cannot be put into words."""
        real, hit, fragile = Flask.make_response, list[Route](), self.writes() - self.spared

        def broken(app: Flask, answer: Any) -> Any:
            route = (app.name, str(request.url_rule), request.method)
            if not hit and route in fragile:
                hit.append(route)
                raise CannotBeWords
            return real(app, answer)

        with patch.object(Flask, "make_response", broken):
            yield hit
        self.failed.update(hit)

    def writes(self) -> set[Route]:
        """Every route that can write, of every service with a database."""
        return {
            (name, str(rule), method)
            for name in NAMES
            if name in WITH_A_DATABASE
            for rule in self.apps[name].url_map.iter_rules()
            for method in (rule.methods or set()) - SAFE_METHODS
        }
