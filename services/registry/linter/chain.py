"""What a change means for the chain of sub-processors: parents, children, and what flows down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.registry.linter.finding import Finding
from services.registry.linter.laws import under
from services.registry.transfers.laws import seat_regime
from services.registry.transfers.statements import judged

CHAIN_RULE = "EDPB Opinion 22/2024, paras 31-32"
FLOW_RULE = "GDPR Art. 28(4): the same obligations, all the way down the chain"

Entry = Mapping[str, Any]


def chain_findings(
    change: Entry, on_list: Mapping[str, Entry], *, exporter: str = "DK"
) -> tuple[Finding, ...]:
    """What is wrong with the chain, given the register's other entries on the effective day.

    ``change`` as the contract has it; ``on_list``: entries by their id.
    """
    found = (*_children_left(change, on_list), *_own_place(change, on_list))
    return tuple(under(finding, seat_regime(exporter)) for finding in found)


def _children_left(change: Entry, on_list: Mapping[str, Entry]) -> Iterator[Finding]:
    gone = change.get("sub_processor_id")
    if change.get("kind") not in ("remove", "replace") or gone is None:
        return
    children = [entry["legal_name"] for entry in on_list.values() if entry.get("parent_id") == gone]
    if children:
        detail = f"These would be left without their parent: {', '.join(sorted(children))}."
        yield Finding("children-left", CHAIN_RULE, detail, "/sub_processor_id")


def _own_place(change: Entry, on_list: Mapping[str, Entry]) -> Iterator[Finding]:
    entry = change.get("sub_processor")
    parent_id = entry.get("parent_id") if isinstance(entry, Mapping) else None
    if not isinstance(entry, Mapping) or change.get("kind") == "remove" or parent_id is None:
        return
    pointer = "/sub_processor/parent_id"
    if parent_id == entry.get("id") or entry.get("id") in _above(parent_id, on_list):
        detail = "It would be below itself; name another parent."
        yield Finding("chain-cycle", CHAIN_RULE, detail, pointer)
    elif parent_id not in on_list:
        detail = f"{parent_id} is not in this register on the effective day; announce it first."
        yield Finding("parent-unknown", CHAIN_RULE, detail, pointer)
    else:
        yield from _wider_than(on_list[parent_id], entry)


def _above(sub_id: str | None, on_list: Mapping[str, Entry]) -> set[str]:
    found: set[str] = set()
    while sub_id is not None and sub_id in on_list and sub_id not in found:
        found.add(sub_id)
        sub_id = on_list[sub_id].get("parent_id")
    return found


def _wider_than(parent: Entry, entry: Entry) -> Iterator[Finding]:
    """A link of the chain can pass on only what it has itself; so more is likely a mistake."""
    name = parent["legal_name"]
    if _more(entry, parent, "products", empty_is_all=True):
        detail = f"It serves products that {name} above it does not."
        yield Finding(
            "chain-products-wider", FLOW_RULE, detail, "/sub_processor/products", "should"
        )
    if _more(entry, parent, "data_categories") or (
        judged(entry)["special_categories"] and not judged(parent)["special_categories"]
    ):
        detail = f"It gets data that {name} above it does not have."
        where = "/sub_processor/data_categories"
        yield Finding("chain-data-wider", FLOW_RULE, detail, where, "should")


def _more(entry: Entry, parent: Entry, member: str, *, empty_is_all: bool = False) -> bool:
    own, above = set(entry.get(member) or ()), set(parent.get(member) or ())
    if empty_is_all:
        return bool(above) and (not own or bool(own - above))
    return bool(above) and bool(own - above)
