"""How the reader of a letter may answer it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answering:
    """``url``: of the answer page of this reader, empty where a channel has none; ``address``: of
    the vendor, empty while nobody knows one."""

    url: str = ""
    address: str = ""
