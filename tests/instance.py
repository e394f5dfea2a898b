"""A running installation on loopback, with sample data, for programs that are clients of it."""

from __future__ import annotations

import threading
import traceback
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pymongo import MongoClient

from services.registry.schemas.imports import content_of
from services.registry.use_cases.importing import Importing
from tests.e2e.inprocess import loaded
from tests.mongod import free_ports
from tests.serving import serving
from tests.stack import Stack, until_rest

BETWEEN_ROUNDS = 0.05


@dataclass(frozen=True)
class Instance:
    """``origin`` answers; the loops run. ``clients`` by the slug of their organisation."""

    origin: str
    stack: Stack
    clients: Mapping[str, Mapping[str, Any]]

    def words(self, slug: str) -> list[str]:
        """Id and secret of a client, as a program is given them."""
        return [self.clients[slug]["client_id"], self.clients[slug]["client_secret"]]


@contextmanager
def running_instance(
    mongo_url: str, mongo_client: MongoClient[dict[str, Any]]
) -> Iterator[Instance]:
    prefix, port = f"test_{uuid.uuid4().hex[:12]}", free_ports(1)
    origin = f"http://127.0.0.1:{port}"
    product = loaded(Stack(mongo_url, prefix, origin))
    with serving(product.stack.wsgi, port), _loops(product.stack):
        yield Instance(origin, product.stack, product.clients)
    for name in mongo_client.list_database_names():
        if name.startswith(prefix):
            mongo_client.drop_database(name)


@contextmanager
def _loops(stack: Stack) -> Iterator[None]:
    ended, importing = threading.Event(), Importing(stack.registry, content_of)

    def one_round() -> None:
        stack.settle()
        until_rest(importing.run_once)

    def run() -> None:
        while not ended.wait(BETWEEN_ROUNDS):
            try:
                one_round()
            except Exception:  # noqa: BLE001  As a worker does: a round that fails ends no loop.
                traceback.print_exc()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
