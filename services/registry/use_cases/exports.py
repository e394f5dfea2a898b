"""The whole register for its processor, in forms that an import takes back without a difference."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from services.registry.importing import own
from services.registry.use_cases.entry_views import entry_view
from services.registry.use_cases.jurisdiction import law_of, today_at
from services.registry.use_cases.permissions import own_register
from services.registry.wiring import Deps
from shared.auth import Caller


def export(deps: Deps, caller: Caller, slug: str, as_of: date | None) -> dict[str, Any]:
    """``{processor, as_of, page, items}``: every member of every entry, what is private too, and
    the settings of the page as they are now."""
    register = own_register(deps, caller, slug)
    day = as_of or today_at(deps, register)
    law = law_of(deps, register)
    items = [entry_view(row, day, law) for row in deps.stores.rows.on(register.id, day)]
    processor = {"id": register.id, "slug": register.slug, "legal_name": register.legal_name}
    return {"processor": processor, "as_of": day, "page": register.page, "items": items}


def export_csv(deps: Deps, caller: Caller, slug: str, as_of: date | None) -> Iterator[str]:
    """The same as lines of CSV, one for each place."""
    return own.as_csv(export(deps, caller, slug, as_of)["items"])
