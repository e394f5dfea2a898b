"""Rows of a processor's list of customers: what each says of an agreement, and its outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from services.agreements.contract.contents import Content, Party
from shared.documents import to_document
from shared.ids import derived_id

# ``none``: the row says nothing of an agreement. ``ready``: it would be added.
Status = Literal["none", "ready", "added", "unchanged", "differs", "refused"]
TERMS = "notice_terms"


@dataclass(frozen=True)
class CustomerRow:
    """One row: the customer as its processor wrote it, and what its cells say of the agreement.

    ``addressed_to``: the organisation behind the processor's entry, which the processor may not
    know. ``members`` None: nothing. ``errors``: what keeps the cells from being read.
    """

    row: int
    controller: Party
    addressed_to: str | None
    members: Mapping[str, Any] | None
    errors: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class CustomerOutcome:
    """What became of one row. ``differences``: ``{member, here, file}``, where they disagree."""

    row: int
    status: Status
    agreement_id: str | None = None
    agreement_status: str | None = None
    errors: Sequence[Mapping[str, Any]] = ()
    differences: Sequence[Mapping[str, Any]] = ()


def agreement_id_of(processor_id: str, row: CustomerRow) -> str:
    """The same id for the same row, however often it comes: by its reference, if it has one."""
    members = row.members or {}
    if members.get("reference"):
        return derived_id("agr", processor_id, str(members["reference"]))
    kind = str(members.get("template") or members.get("signed_on"))
    return derived_id("agr", processor_id, row.controller.id, kind)


def differences(here: Content, there: Content) -> list[dict[str, Any]]:
    """The members in which the contents that are here differ from those of a file."""
    ours, theirs = dict(_members(here)), dict(_members(there))
    return [
        {"member": name, "here": ours.get(name), "file": theirs.get(name)}
        for name in sorted({*ours, *theirs})
        if ours.get(name) != theirs.get(name)
    ]


def _members(content: Content) -> Iterator[tuple[str, Any]]:
    for name, value in to_document(content).items():
        if name == TERMS:
            yield from ((f"{name}.{inner}", said) for inner, said in value.items())
        else:
            yield name, value
