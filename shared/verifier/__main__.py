"""``art28-verify FILE [--checkpoint FILE] [--public-key FILE]``.

Exit codes: 0 verified, 1 not verified, 2 nothing can be said (a file is missing or unreadable).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from shared.checkpoints import Checkpoint
from shared.safe_text import terminal
from shared.verifier.check import Keys, Outcome, check
from shared.verifier.reading import Unreadable, checkpoints, public_keys
from shared.verifier.report import Progress, report

VERIFIED, NOT_VERIFIED, NOTHING_SAID = 0, 1, 2
STDIN = "-"


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    wanted = _parser().parse_args(words)
    try:
        outcome = _check(wanted)
    except Unreadable as error:
        print(f"art28-verify: {terminal(str(error))}", file=sys.stderr)  # noqa: T201  It is a command.
        return NOTHING_SAID
    if wanted.json:
        text = json.dumps(outcome.to_mapping(), ensure_ascii=False, indent=2) + "\n"
    else:
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        text = report(wanted.file, outcome, colour)
    sys.stdout.write(text)
    return VERIFIED if outcome.good else NOT_VERIFIED


def _check(wanted: argparse.Namespace) -> Outcome:
    known = [item for path in wanted.checkpoint for item in checkpoints(path)]
    keys = {name: key for path in wanted.public_key for name, key in public_keys(path).items()}
    try:
        if wanted.file == STDIN:
            return _read(sys.stdin.buffer, None, known, keys)
        with Path(wanted.file).open("rb") as file:
            return _read(file, os.fstat(file.fileno()).st_size, known, keys)
    except OSError as error:
        raise Unreadable(f"{wanted.file}: {error.strerror}.") from error


def _read(file: BinaryIO, size: int | None, known: list[Checkpoint], keys: Keys) -> Outcome:
    if not sys.stderr.isatty():
        return check(file, known, keys or None)
    progress = Progress(size)
    try:
        return check(file, known, keys or None, progress)
    finally:
        progress.end()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="art28-verify",
        description="Check an exported ledger (ledger.jsonl) offline: that every entry follows "
        "from the one before it, and that it leads through the checkpoints you kept.",
        epilog="Exit codes: 0 verified, 1 not verified, 2 nothing can be said.",
    )
    parser.add_argument("file", metavar="FILE", help="the ledger as JSON lines; - reads stdin")
    many: dict[str, Any] = {"metavar": "FILE", "type": Path, "action": "append", "default": []}
    parser.add_argument("--checkpoint", help="checkpoints you kept; may be repeated", **many)
    parser.add_argument("--public-key", help="who signed them: JWK, JWKS or PEM", **many)
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
