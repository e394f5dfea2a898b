"""Joins mongod members to a replica set, checks the settings, and reports whether it holds data.

    python -m deploy.replica [--members HOST:PORT,...] [--discard]

A program of its own, so that the supervisor need not keep the driver in memory. It prints `empty`
or `filled`. Without members it uses the replica set that ART28_MONGO_URL names.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.checks import StartError
from deploy.mongod import REPLICA_SET, url

_NOT_YET_INITIALIZED = 94
Client = MongoClient[dict[str, Any]]


def initiate(members: Sequence[str], *, limit: float = 60.0) -> None:
    """Make the members (`host:port`) one replica set and wait until it takes writes.

    A set that was made on other ports gets the new ones: the data moved with its folder.
    """
    client: Client = MongoClient(f"mongodb://{members[0]}/", directConnection=True)
    try:
        _configure(client, members, time.monotonic() + limit)
    finally:
        client.close()
    _wait_for_primary(members, limit)


def _configure(client: Client, addresses: Sequence[str], end: float) -> None:
    members = [{"_id": index, "host": address} for index, address in enumerate(addresses)]
    try:
        current = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure as error:
        if error.code != _NOT_YET_INITIALIZED:
            raise
        config: dict[str, Any] = {"_id": REPLICA_SET, "members": members}
        # 10 s by default; less means that another primary is elected sooner after a failure.
        config["settings"] = {"electionTimeoutMillis": 2000}
        client.admin.command("replSetInitiate", config)
        return
    if [member["host"] for member in current["members"]] != list(addresses):
        current["members"] = members
        current["version"] += 1
        _force(client, current, end)


def _force(client: Client, config: dict[str, Any], end: float) -> None:
    while True:
        try:
            client.admin.command("replSetReconfig", config, force=True)
        except OperationFailure:
            # A member that has just started may still be reading its old configuration.
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


def _wait_for_primary(members: Sequence[str], limit: float) -> None:
    end = time.monotonic() + limit
    clients: list[Client] = [
        MongoClient(f"mongodb://{member}/", directConnection=True, serverSelectionTimeoutMS=2000)
        for member in members
    ]
    try:
        while not any(_is_primary(client) for client in clients):
            if time.monotonic() > end:
                raise StartError(f"MongoDB elected no primary within {limit:.0f} s.")
            time.sleep(0.02)
    finally:
        for client in clients:
            client.close()


def _is_primary(client: Client) -> bool:
    try:
        return bool(client.admin.command("hello").get("isWritablePrimary"))
    except PyMongoError:
        return False


def inspect(address: str, prefix: str, *, discard: bool = False, limit: float = 5.0) -> bool:
    """Return whether the databases of Art28 hold anything; with `discard`, drop them first.

    Raises StartError when the server cannot be reached within `limit` seconds, or knows no
    transactions.
    """
    client: Client = MongoClient(address, serverSelectionTimeoutMS=int(limit * 1000))
    try:
        hello = client.admin.command("hello")
        if "setName" not in hello and hello.get("msg") != "isdbgrid":
            raise StartError(
                "ART28_MONGO_URL names a single MongoDB server; Art28 needs transactions, "
                "thus a replica set (one member is enough) or a sharded cluster."
            )
        names = [n for n in client.list_database_names() if n.startswith(f"{prefix}_")]
        if discard:
            for name in names:
                client.drop_database(name)
            return False
        return any(_holds_documents(client, name) for name in names)
    except PyMongoError as error:
        raise StartError(f"MongoDB cannot be used: {first_words(error)}") from None
    finally:
        client.close()


def _holds_documents(client: Client, name: str) -> bool:
    database = client[name]
    return any(
        database[collection].find_one({}, {"_id": 1}) is not None
        for collection in database.list_collection_names()
        if not collection.startswith("system.")
    )


def first_words(error: PyMongoError) -> str:
    """Return the driver's message without its details about topology and time-outs."""
    return str(error).partition("(configured timeouts")[0].split(", Timeout:")[0].strip()[:300]


def check_settings() -> None:
    """Read the settings of every service, so that a wrong one stops the start.

    Raises StartError with the line that names the setting.
    """
    from shared.settings import SettingsError

    for name in ("identity", "agreements", "registry", "notices", "portal", "public"):
        try:
            import_module(f"services.{name}.settings").Settings.from_env()
        except SettingsError as error:
            raise StartError(str(error)) from error


def main() -> int:
    """Run as a program; the exit code is 0, or 1 with one line on standard error."""
    parser = argparse.ArgumentParser(prog="python -m deploy.replica")
    parser.add_argument("--members", default="", metavar="HOST:PORT,...")
    parser.add_argument("--discard", action="store_true")
    wanted = parser.parse_args()
    members = [member for member in wanted.members.split(",") if member]
    address = url(members) if members else os.environ["ART28_MONGO_URL"]
    try:
        check_settings()
        if members:
            initiate(members)
        prefix = os.environ.get("ART28_DB_PREFIX", "art28")
        print("filled" if inspect(address, prefix, discard=wanted.discard) else "empty")
    except (StartError, PyMongoError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
