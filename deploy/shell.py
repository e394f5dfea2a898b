"""A Python shell with the databases connected, or one expression: what `mongosh` would be used for.

    python -m deploy.shell                                      a prompt
    python -m deploy.shell 'notices.messages.find({}).limit(3)'  shows it and ends

The names `identity`, `agreements`, `registry` and `notices` are the databases (pymongo). Documents
of a query are shown one below the other. It reads ART28_MONGO_URL (by default the database of the
local profile at ART28_PORT) and ART28_DB_PREFIX. It can write: think before you do.
"""

from __future__ import annotations

import argparse
import code
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pprint import pformat
from typing import Any

from pymongo.command_cursor import CommandCursor
from pymongo.cursor import Cursor
from pymongo.errors import PyMongoError

from deploy.checks import StartError
from deploy.profile import PEERS, Profile
from deploy.replica import first_words
from shared.mongo import connect
from shared.times import format_instant

MOST_DOCUMENTS = 50


def databases(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the database of each service by its name. Raises StartError for a wrong setting."""
    address = Profile.from_env(environ, var="var", members=1).database_url
    prefix = environ.get("ART28_DB_PREFIX") or "art28"
    return {service: connect(address, f"{prefix}_{service}").db for service in PEERS}


def shown(value: object) -> str:
    """Return the text that the shell shows for a value: the documents of a cursor, or its repr."""
    if not isinstance(value, Cursor | CommandCursor):
        return _text(value)
    documents = [_text(document) for document in _first(value)]
    if len(documents) > MOST_DOCUMENTS:
        documents[MOST_DOCUMENTS:] = [f"... more than {MOST_DOCUMENTS} documents"]
    return "\n".join(documents) or "no document"


def _first(cursor: Any) -> list[Any]:
    return [document for document, _ in zip(cursor, range(MOST_DOCUMENTS + 1), strict=False)]


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
        names = databases(environ)
    except (StartError, PyMongoError) as error:
        print(f"art28: {error}", file=sys.stderr)
        return 2
    sys.displayhook = display
    console = Console(names)
    if expression:
        console.show(expression)
    else:
        console.interact(banner=f"Databases: {', '.join(names)}. Ctrl-D ends.", exitmsg="")
    return int(console.failed)


if __name__ == "__main__":
    sys.exit(main())
