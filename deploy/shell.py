"""A Python shell with stores and databases connected, or one expression to show.

    python -m deploy.shell                                      a prompt
    python -m deploy.shell 'notices.messages.find({}).limit(3)'  shows it and ends

`identity`, `agreements`, `registry` and `notices` are the databases (pymongo), for queries;
`stores.notices` and so on are the `Stores` of these services, which read what several documents
say together. Documents are shown one below the other. The shell reads ART28_MONGO_URL (by default
the database of the local profile at ART28_PORT) and ART28_DB_PREFIX. It can write: think before
you do.
"""

from __future__ import annotations

import argparse
import code
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pprint import pformat
from types import SimpleNamespace
from typing import Any

from pymongo.command_cursor import CommandCursor
from pymongo.cursor import Cursor
from pymongo.errors import PyMongoError

from deploy.checks import StartError
from deploy.profile import PEERS, Profile
from deploy.replica import first_words
from services.agreements.store import Stores as AgreementStores
from services.identity.store import Stores as IdentityStores
from services.notices.store import Stores as NoticeStores
from services.registry.settings import Settings as RegistrySettings
from services.registry.store import Stores as RegistryStores
from shared.ledger import Ledger
from shared.mongo import Mongo, connect
from shared.times import format_instant

MOST_DOCUMENTS = 50


def names(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return what the shell can name: databases, and ``stores``. Raises StartError."""
    address = Profile.from_env(environ, var="var", members=1).database_url
    prefix = environ.get("ART28_DB_PREFIX") or "art28"
    mongos = {service: connect(address, f"{prefix}_{service}") for service in PEERS}
    databases = {service: mongo.db for service, mongo in mongos.items()}
    return {**databases, "stores": stores_of(mongos)}


def stores_of(mongos: Mapping[str, Mongo]) -> SimpleNamespace:
    """Return the stores of each service by its name."""
    registry, stale_days = mongos["registry"], RegistrySettings.instrument_stale_days
    return SimpleNamespace(
        identity=IdentityStores.of(mongos["identity"]),
        agreements=AgreementStores.of(mongos["agreements"]),
        registry=RegistryStores.of(registry, Ledger(registry), stale_days),
        notices=NoticeStores.of(mongos["notices"]),
    )


def shown(value: object) -> str:
    """Return the text that the shell shows for a value; of a cursor or a list, each item's."""
    if not isinstance(value, Cursor | CommandCursor | list):
        return _text(value)
    documents = [_text(document) for document in _first(value)]
    if len(documents) > MOST_DOCUMENTS:
        documents[MOST_DOCUMENTS:] = [f"... more than {MOST_DOCUMENTS} documents"]
    return "\n".join(documents) or "no document"


def _first(documents: Any) -> list[Any]:
    return [document for document, _ in zip(documents, range(MOST_DOCUMENTS + 1), strict=False)]


def _text(value: object) -> str:
    return pformat(_readable(value), sort_dicts=False, width=100)


def _readable(value: object) -> object:
    """Return the value with instants as the API writes them."""
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, dict):
        return {name: _readable(member) for name, member in value.items()}
    return [_readable(member) for member in value] if isinstance(value, list) else value


def display(value: object) -> None:
    """Show the value of an expression, as Python's own shell does."""
    if value is not None:
        print(shown(value))


class Console(code.InteractiveConsole):
    """Python's console; remembers whether an expression raised."""

    failed = False

    def show(self, expression: str) -> None:
        """Show the value of one expression."""
        if self.runsource(expression):
            self.failed = True
            print(f"The expression is incomplete: {expression}", file=sys.stderr)

    def showtraceback(self) -> None:
        self.failed = True
        error = sys.exc_info()[1]
        reason = first_words(error) if isinstance(error, PyMongoError) else error
        print(f"{type(error).__name__}: {reason}", file=sys.stderr)

    def showsyntaxerror(self, filename: str | None = None, **more: Any) -> None:
        self.failed = True
        super().showsyntaxerror(filename, **more)


def main(words: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Run as a program; the exit code is 1 when the expression raised, 2 for a wrong setting."""
    parser = argparse.ArgumentParser(prog="python -m deploy.shell")
    parser.add_argument("expression", nargs="?", help="shown instead of a prompt")
    expression = parser.parse_args(words).expression
    try:
        known = names(environ)
    except (StartError, PyMongoError) as error:
        print(f"art28: {error}", file=sys.stderr)
        return 2
    sys.displayhook = display
    console = Console(known)
    if expression:
        console.show(expression)
    else:
        banner = f"Databases: {', '.join(PEERS)}; stores.notices and so on. Ctrl-D ends."
        console.interact(banner=banner, exitmsg="")
    return int(console.failed)


if __name__ == "__main__":
    sys.exit(main())
