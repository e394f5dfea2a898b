"""The contents of an entry as a vendor states them, checked before they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.registry.model.done_days import done_days
from services.registry.use_cases.assessed import assessed
from services.registry.wiring import Deps
from shared.done_days import check_done


def stated(deps: Deps, processor_id: str, content: Mapping[str, Any] | None, at: str) -> Any:
    """The contents with what the assessments say that they name.

    ``at`` is the JSON pointer of the contents in the body. Raises ``Invalid`` for what was done on
    a day to come, and what ``assessed`` raises.
    """
    check_done(done_days(content or {}, at), deps.now())
    return assessed(deps, processor_id, content, at)
