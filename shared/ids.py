"""Identifiers: opaque strings with a prefix that names the thing (``agr_…``, ``msg_…``)."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable

from uuid_utils.compat import uuid7

IdSource = Callable[[str], str]


def new_id(prefix: str) -> str:
    """A fresh id whose text sorts by the time it was made, so lists page in that order."""
    return f"{prefix}_{uuid7().hex}"


def derived_id(prefix: str, *parts: str) -> str:
    """The same id for the same parts, always: repeating a step cannot make a second thing."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"{prefix}_{b32encode(digest[:20]).decode().lower()}"
