"""An objection for the tests of its steps and of the gate."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.registry.model.objections import Objection

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def objection(status: Any, **members: Any) -> Objection:
    """An objection of org_2 to one change of org_1."""
    return Objection(
        id="obj_1",
        change_id="chg_1",
        processor_id="org_1",
        controller_id="org_2",
        agreement_id="agr_1",
        sub_processor_id="sub_1",
        grounds="other",
        text="No.",
        received_at=AT,
        status=status,
        **members,
    )
