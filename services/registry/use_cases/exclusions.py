"""Who is excluded from which entries, because the vendor answered an objection so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.registry.model.bases import Reliance
from services.registry.model.objections import Objection
from services.registry.wiring import Deps
from shared.scope import Side


def sides_of(deps: Deps, reliances: Sequence[Reliance], day: date) -> dict[str, Side]:
    """The side of each entry whose transfers these are, by its id."""
    products = {each.sub_processor_id: each.products for each in reliances}
    excluded = excluded_from(deps, sorted(products), day)
    return {
        sub_id: Side(named, tuple(excluded.get(sub_id, ()))) for sub_id, named in products.items()
    }


def excluded_from(deps: Deps, sub_ids: Sequence[str], day: date) -> dict[str, list[str]]:
    """By entry, the customers that are excluded from it on a day."""
    excluded: dict[str, list[str]] = {}
    for objection in standing_on(deps, deps.stores.objections.excluding(sub_ids), day):
        excluded.setdefault(objection.sub_processor_id, []).append(objection.controller_id)
    return excluded


def standing_on(deps: Deps, objections: Sequence[Objection], day: date) -> list[Objection]:
    """Those of these objections that exclude their customers on a day: since the effective day of
    the change that they are against, unless that was withdrawn."""
    withdrawn = deps.stores.changes.withdrawn_among([each.change_id for each in objections])
    return [
        objection
        for objection in objections
        if objection.effective_on <= day and objection.change_id not in withdrawn
    ]
