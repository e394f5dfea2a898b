"""Reading what is to be checked: a ledger line by line, checkpoints, public keys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from shared.checkpoints import Checkpoint, public_key

# A line is held in memory as a whole; the longest real one (a list of 500 taken over) is 5 MiB.
LONGEST_LINE = 64 * 1024 * 1024


class Unreadable(Exception):
    """Something cannot be read, so nothing can be said about the ledger."""


class BadLine(ValueError):
    """A line of the ledger is no entry; the message says why."""


def lines(file: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """Number, length in bytes and text of each line; blank ones are passed over."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if line.strip():
            yield number, len(line), line


def entry(line: bytes) -> Mapping[str, Any]:
    """One entry of the ledger: strict JSON (RFC 7493). Raises ``BadLine``."""
    if len(line) > LONGEST_LINE:
        raise BadLine("it is longer than 64 MiB")
    try:
        value = json.loads(
            line.decode("utf-8"), object_pairs_hook=_members, parse_constant=_refused
        )
    except UnicodeDecodeError as error:
        raise BadLine("it is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise BadLine(f"it is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadLine("it is not a JSON object")
    return value


def checkpoints(path: Path) -> list[Checkpoint]:
    """One, a list, a page (``items``), or one a line. Raises ``Unreadable``."""
    records = _records(path)
    try:
        checkpoints = [Checkpoint.parse(record) for record in records]
    except (ValueError, AttributeError) as error:
        raise Unreadable(f"{path}: {error}.") from error
    if not checkpoints:
        raise Unreadable(f"{path} holds no checkpoint.")
    return checkpoints


def public_keys(path: Path) -> dict[str, Ed25519PublicKey]:
    """Keys by their id: a JWK, a JWKS (``keys``), or PEM, whose id is empty and fits any.

    Raises ``Unreadable``.
    """
    text = _text(path)
    try:
        if text.lstrip().startswith("-----BEGIN"):
            return {"": _ed25519(load_pem_public_key(text.encode()))}
        document = json.loads(text)
        jwks = document.get("keys", [document])
        return {str(jwk.get("kid", "")): public_key(jwk["x"]) for jwk in jwks}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"{path} is no Ed25519 public key (JWK, JWKS or PEM).") from error


def _records(path: Path) -> list[Any]:
    text = _text(path)
    try:
        whole = json.loads(text)
    except ValueError:
        whole = None
    if isinstance(whole, dict):
        items = whole.get("items")
        return items if isinstance(items, list) else [whole]
    if isinstance(whole, list):
        return whole
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError as error:
        raise Unreadable(f"{path} is not JSON.") from error


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is not UTF-8.") from error


def _ed25519(key: object) -> Ed25519PublicKey:
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError
    return key


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("it names the same member twice")
    return members


def _refused(text: str) -> Any:
    raise ValueError(f"{text} is no JSON number")
