"""Record a transfer impact assessment, and read it as its vendor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.registry.model.assessments import Assessment, Measure, check_parts
from services.registry.use_cases.assessment_views import assessment_view
from services.registry.use_cases.permissions import own_register, register_of
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.done_days import last_day_begun
from shared.errors import NotFound, problem_at
from shared.mongo import Session
from shared.pagination import Page, PageRequest


def record(deps: Deps, caller: Caller, slug: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Save an assessment; it never changes, and a later one is a record of its own.

    Raises ``Invalid`` for parts that contradict each other, and for a file that is not the
    vendor's.
    """
    register = register_of(deps, caller, slug)
    assessment = Assessment(
        id=deps.new_id("tia"),
        processor_id=register.id,
        recorded_at=deps.now(),
        recorded_by=caller.client_id,
        **_parts(body),
    )
    check_parts(assessment, last_day_begun(deps.now()))

    def work(session: Session) -> None:
        deps.stores.registers.save(register, session)
        _use_file(deps, assessment, session)
        deps.stores.assessments.add(assessment, session)

    deps.mongo.transact(work)
    return assessment_view(deps, assessment)


def read(deps: Deps, caller: Caller, slug: str, assessment_id: str) -> dict[str, Any]:
    register = own_register(deps, caller, slug)
    found = deps.stores.assessments.among(register.id, [assessment_id])
    if assessment_id not in found:
        raise NotFound("There is no such assessment.")
    return assessment_view(deps, found[assessment_id])


def page(deps: Deps, caller: Caller, slug: str, request: PageRequest) -> Page:
    register = own_register(deps, caller, slug)
    found = deps.stores.assessments.page(register.id, request)
    return Page([assessment_view(deps, each) for each in found.items], found.next_cursor)


def _parts(body: Mapping[str, Any]) -> dict[str, Any]:
    concluded = body["conclusion"]
    measures = tuple(Measure(**each) for each in body["measures"])
    parts = {**body, "outcome": concluded["outcome"], "conclusion": concluded["text"]}
    return {**parts, "measures": measures}


def _use_file(deps: Deps, assessment: Assessment, session: Session) -> None:
    file_id, at = assessment.file_id, assessment.recorded_at
    if file_id is None:
        return
    if not deps.stores.files.use(assessment.processor_id, file_id, at, session):
        detail = "There is no such file; POST /registry/v1/files takes it."
        raise problem_at("/file_id", "no-such-file", detail)
