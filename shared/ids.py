"""Identifiers: opaque strings with a prefix that names the thing (``agr_…``, ``msg_…``)."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable

from uuid_utils.compat import uuid7

IdSource = Callable[[str], str]


def new_id(prefix: str) -> str:
    """Return a new id; ids sort by the time they were made, so lists page in that order."""
    return f"{prefix}_{uuid7().hex}"


def secret_id(prefix: str, random: Callable[[int], bytes]) -> str:
    """Return an id in the form of a derived one that nobody can guess: 160 random bits."""
    return f"{prefix}_{b32encode(random(20)).decode().lower()}"


def derived_id(prefix: str, *parts: str) -> str:
    """Return the same id for the same parts, so that repeating a step makes no second thing."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"{prefix}_{b32encode(digest[:20]).decode().lower()}"
