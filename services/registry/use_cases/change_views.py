"""A change as the processor sees it: with its materiality, its findings and the entries' views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.registry import linter
from services.registry.model.changes import Change
from services.registry.model.law import Law
from services.registry.model.register import EntryNotThere, Register, Row
from services.registry.transfers.stages import is_planned
from services.registry.use_cases.entry_views import change_entry
from services.registry.use_cases.jurisdiction import law_of, today_at
from services.registry.wiring import Deps
from shared.failures import FailedJob

Entry = dict[str, Any]


@dataclass(frozen=True)
class ChangeView:
    """A change with its materiality, its findings, and the entry before and after it.

    ``set_aside`` is the failure that kept the change from taking effect, if there is one.
    ``deletion``: what the sub-processor that it ended has confirmed, ``{kind, confirmed_on}``.
    """

    change: Change
    register: Register
    materiality: list[str]
    findings: list[dict[str, str]]
    sub_processor: Entry | None
    previous: Entry | None
    set_aside: FailedJob | None = None
    deletion: dict[str, Any] | None = None


def shown(deps: Deps, register: Register, change: Change) -> ChangeView:
    """The view of a change, judged beside the register's entries on its effective day."""
    [only] = shown_together(deps, register, [change])
    return only


def shown_together(deps: Deps, register: Register, changes: Sequence[Change]) -> list[ChangeView]:
    """The views of changes that take effect on one day, each judged beside the entries of that day
    and, where chains are concerned, beside what the other changes make of them."""
    day = changes[0].effective_on
    others = contents_on(deps.stores.rows.on(register.id, day), day)
    law = law_of(deps, register)
    told = words_told(deps, register, changes)
    return [
        view(register, change, law, others, _beside(others, changes, change), told.get(change.id))
        for change in changes
    ]


def words_told(
    deps: Deps, register: Register, changes: Sequence[Change]
) -> dict[str, Sequence[str]]:
    """The materiality that each announced change was told with, by its id.

    Changes of before it was kept with them have it in the ledger, unless that is withheld.
    """
    found: dict[str, Sequence[str]] = {
        change.id: change.materiality for change in changes if change.materiality is not None
    }
    asked = {each.sequence for each in changes if each.sequence and each.id not in found}
    for entry in deps.ledger.among(register.stream, asked) if asked else ():
        data = entry.data or {}
        for told in data.get("changes") or (data,) if data else ():
            found[told["change_id"]] = told.get("materiality") or ()
    return found


def _beside(
    others: Mapping[str, Entry], changes: Sequence[Change], change: Change
) -> Mapping[str, Entry]:
    """The list of the day as the other ones of these changes leave it."""
    around = dict(others)
    for other in changes:
        if other.id == change.id:
            continue
        if other.kind in ("remove", "replace"):
            around.pop(other.replaces_id or other.subject_id, None)
        if other.content is not None:
            around[other.subject_id] = other.content
    return around


def named(entry: Entry | None) -> dict[str, Any] | None:
    """The company of an entry, as far as a heading names it."""
    if entry is None:
        return None
    return {name: entry.get(name) for name in ("legal_name", "country", "locations")}


def before_and_after(change: Change, law: Law) -> dict[str, Entry | None]:
    """The entry before an announced change and after it, judged by ``law`` on its effective day."""
    old_id = change.replaces_id or change.subject_id
    return {
        "previous": change_entry(change, change.previous, old_id, law),
        "sub_processor": change_entry(change, change.content, change.subject_id, law),
    }


def with_previous(deps: Deps, register: Register, change: Change) -> Change:
    """``change`` with the entry that it alters, as that reads now, as its ``previous``.

    Raises ``EntryNotThere``.
    """
    if change.kind == "add":
        return replace(change, previous=None)
    since = max(today_at(deps, register), change.effective_on)
    for row in deps.stores.rows.of(change.replaces_id or change.subject_id):
        if row.processor_id == register.id and row.valid_to >= since:
            return replace(change, previous=change.previous or row.content).over(row.content)
    raise EntryNotThere


def contents_on(rows: Sequence[Row], day: date) -> dict[str, Entry]:
    """The entries of the list of ``day``, by id."""
    return {row.sub_processor_id: row.content for row in rows if row.on(day)}


def view(
    register: Register,
    change: Change,
    law: Law,
    others: Mapping[str, Entry],
    beside: Mapping[str, Entry] | None = None,
    told: Sequence[str] | None = None,
) -> ChangeView:
    """``change``, its places judged by ``law``, what is new in it by the ``others`` on its day, its
    chain by the entries ``beside`` it, by default the same.

    ``told``: the materiality that it was announced with, which no later rule alters.
    """
    old_id = change.replaces_id or change.subject_id
    change = change.over(others.get(old_id))
    entry = change_entry(change, change.content, change.subject_id, law)
    previous = change_entry(change, change.previous, old_id, law)
    around = others if beside is None else beside
    words = told if told is not None else _material(register, change, law, others, previous, entry)
    return ChangeView(
        change=change,
        register=register,
        materiality=list(words),
        findings=_findings(change, law, around, previous, entry),
        sub_processor=entry,
        previous=previous,
    )


def _findings(
    change: Change,
    law: Law,
    around: Mapping[str, Entry],
    previous: Entry | None,
    entry: Entry | None,
) -> list[dict[str, Any]]:
    """What the rules find in the change itself, and in its chain of the entries ``around`` it."""
    wire = {
        "kind": change.kind,
        "sub_processor": entry,
        "sub_processor_id": change.replaces_id or change.subject_id,
        "previous": previous,
        "effective_on": change.effective_on.isoformat(),
        "reason": change.reason,
        "what_it_means": change.what_it_means,
    }
    chain = linter.chain_findings(wire, around, exporter=law.exporter)
    own = linter.findings(wire, exporter=law.exporter)
    return [finding.to_mapping() for finding in (*own, *chain)]


def _material(
    register: Register,
    change: Change,
    law: Law,
    others: Mapping[str, Entry],
    previous: Entry | None,
    entry: Entry | None,
) -> Sequence[str]:
    """What customers must know of it, beside the ``others`` on the list of its day."""
    first = linter.is_first(previous, entry)
    categories = _data_categories(others, change.subject_id) if first else ()
    return linter.materiality(
        previous,
        entry,
        kind=change.kind,
        exporter=law.exporter,
        known_companies=_companies(others, change.subject_id),
        known_data_categories=categories,
        instruments=law.instruments,
        published=register.page.published,
    )


def _companies(others: Mapping[str, Entry], own_id: str) -> set[str]:
    """The registration numbers of the companies that other entries engage already."""
    return {
        number
        for sub_id, content in others.items()
        if sub_id != own_id and not is_planned(content)
        if (number := content.get("registration_number"))
    }


def _data_categories(others: Mapping[str, Entry], own_id: str) -> set[str]:
    """Categories that the other entries of the register name already."""
    return {
        category
        for sub_id, content in others.items()
        if sub_id != own_id
        for category in content["data_categories"]
    }
