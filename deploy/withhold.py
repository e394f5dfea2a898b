"""Erases what an earlier version published and should not have: `python -m deploy.withhold`.

It reads the settings of the registry service, the two keys and ART28_MONGO_URL among them.
It goes through all registers, may be repeated, and changes nothing that is in order.
Decision 0026 says what it can undo and what it cannot.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from pymongo.errors import PyMongoError

from deploy.replica import first_words
from services.registry.model.erasures import EntriesPending
from services.registry.settings import Settings
from services.registry.use_cases.withholding import Withheld, withhold
from services.registry.wiring import Deps, make_deps
from shared.pagination import PageRequest
from shared.settings import SettingsError


def withhold_all(deps: Deps, reason: str) -> Iterator[Withheld]:
    """Withhold register by register. Raises ``EntriesPending`` while entries are under way."""
    cursor: str | None = None
    while True:
        page = deps.stores.registers.every(PageRequest(200, cursor))
        yield from (withhold(deps, each.slug, reason) for each in page.items)
        cursor = page.next_cursor
        if cursor is None:
            return


def main(words: Sequence[str] | None = None) -> int:
    """Print a line for each register that lost something.

    The exit code is 1 if it must be repeated, 2 if it cannot be done.
    """
    parser = argparse.ArgumentParser(prog="python -m deploy.withhold")
    parser.add_argument("--reason", required=True, help="stands in each public ledger")
    reason = parser.parse_args(words).reason
    try:
        for each in withhold_all(make_deps(Settings.from_env()), reason):
            if each.entries or each.records:
                print(f"{each.slug}: {len(each.entries)} entries, {each.records} records")
    except EntriesPending:
        print("art28: entries are still under way; try again in a moment.", file=sys.stderr)
        return 1
    except (SettingsError, ValueError) as error:
        print(f"art28: {error}", file=sys.stderr)
        return 2
    except PyMongoError as error:
        print(f"art28: MongoDB cannot be used: {first_words(error)}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
