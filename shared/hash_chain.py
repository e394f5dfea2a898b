"""The arithmetic of the ledger: entries chained by SHA-256 over canonical JSON (RFC 8785).

It needs neither database nor network, so that anybody can follow a chain with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

GENESIS = "0" * 64
# What an exported entry may carry beside its content: the hash itself, and notes of the exporter.
NOT_HASHED = frozenset({"hash", "private", "withheld"})


@dataclass(frozen=True)
class Break:
    """Where a chain first fails to hold, and why."""

    sequence: int
    reason: str


def entry_hash(content: Mapping[str, Any]) -> str:
    """Lower-case hex of SHA-256 over ``content`` in canonical form. Raises ``ValueError``."""
    return hashlib.sha256(rfc8785.dumps(dict(content))).hexdigest()


def private_hash(salt: bytes, private: Mapping[str, Any]) -> str:
    """What binds a private part to its entry; without the salt nobody can guess at it."""
    return hashlib.sha256(salt + rfc8785.dumps(dict(private))).hexdigest()


@dataclass
class Chain:
    """Follows one stream entry by entry and keeps nothing but its head.

    It starts at ``sequence`` and ``head`` (the hash of that entry): the very beginning, or an
    entry that is known from elsewhere.
    """

    sequence: int = 0
    head: str = GENESIS
    stream: str | None = None
    withheld: int = 0

    def follow(self, entry: Mapping[str, Any]) -> Break | None:
        """Take the next entry; None when it follows, else what is wrong with it."""
        expected = self.sequence + 1
        if entry.get("sequence") != expected:
            return Break(expected, f"entry {expected} is missing")
        if self.stream not in (None, entry.get("stream")):
            return Break(expected, f"it belongs to another stream, {entry.get('stream')}")
        if entry.get("previous_hash") != self.head:
            return Break(expected, "does not follow the entry before it")
        reason = self._contents(entry)
        if reason:
            return Break(expected, reason)
        self.sequence, self.head, self.stream = expected, entry["hash"], entry.get("stream")
        return None

    def _contents(self, entry: Mapping[str, Any]) -> str | None:
        if entry.get("withheld") is True and entry.get("data") is None:
            # Its place in the chain can be judged, its contents cannot.
            self.withheld += 1
            return None if _is_hash(entry.get("hash")) else "its hash is not a SHA-256"
        content = {name: value for name, value in entry.items() if name not in NOT_HASHED}
        try:
            matches = entry.get("hash") == entry_hash(content)
        except (ValueError, RecursionError):
            return "its content has no canonical form (RFC 8785)"
        return None if matches else "its content does not match its hash"


def verify(entries: Iterable[Mapping[str, Any]]) -> Break | None:
    """The first place where the chain of one stream, given from its start, does not hold."""
    chain = Chain()
    for entry in entries:
        broken = chain.follow(entry)
        if broken is not None:
            return broken
    return None


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")
