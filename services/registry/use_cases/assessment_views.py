"""An assessment in its wire form, with its file."""

from __future__ import annotations

from typing import Any

from services.registry.model.assessments import Assessment
from services.registry.wiring import Deps


def assessment_view(deps: Deps, assessment: Assessment) -> dict[str, Any]:
    file = deps.stores.files.get(assessment.file_id) if assessment.file_id else None
    about = {"outcome": assessment.outcome, "text": assessment.conclusion}
    return {
        **vars(assessment),
        "measures": [vars(measure) for measure in assessment.measures],
        "conclusion": about,
        "next_review_on": assessment.next_review_on,
        "file": vars(file) if file else None,
    }
