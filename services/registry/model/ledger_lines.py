"""Which entries a line of a register's ledger speaks of, and a line that shows its hashes alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.disclosure import CONFIDENTIAL

Line = dict[str, Any]
Data = Mapping[str, Any]


@dataclass(frozen=True)
class Mention:
    """One entry that a line speaks of: by the change that it tells, or by the entry alone.

    ``products``: of each reading of the entry that the line shows, before and after; none: all.
    Without any the line names the entry only.
    """

    sub_processor_id: str
    change_id: str | None = None
    products: tuple[tuple[str, ...], ...] = ()


def mentions(data: Data) -> Iterator[Mention]:
    """The entries that a line with these ``data`` speaks of; none for one about the register."""
    if "change_id" in data or "changes" in data:
        for change in data.get("changes") or (data,):
            yield _mention(change, change["change_id"])
    elif "sub_processor" in data:
        yield _mention(data)
    for entry in data.get("sub_processors") or ():
        yield Mention(entry["id"], products=_products(entry))
    for transfer in data.get("transfers") or ():
        yield _mention(transfer)


def _mention(told: Data, change_id: str | None = None) -> Mention:
    entry, before = told.get("sub_processor") or {}, told.get("previous") or {}
    return Mention(entry.get("id", ""), change_id, (*_products(entry), *_products(before)))


def _products(entry: Data) -> tuple[tuple[str, ...], ...]:
    # An entry in full names its country, however little else it says; a mere name does not.
    is_whole = "products" in entry or "country" in entry
    return (tuple(entry.get("products") or ()),) if is_whole else ()


def hidden(line: Line) -> Line:
    """The line with its place in the chain, and nothing of what it says; ``withheld``, as the
    verifier knows it (``shared/hash_chain.py``)."""
    return {**line, "type": CONFIDENTIAL, "actor": CONFIDENTIAL, "data": None, "withheld": True}
