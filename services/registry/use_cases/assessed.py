"""Evidence that names an assessment recorded here says what that record says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.registry.model.assessments import Assessment, names_record
from services.registry.wiring import Deps
from shared.errors import Invalid

Content = Mapping[str, Any]
Fault = dict[str, str]


def assessed(deps: Deps, processor_id: str, content: Content | None, at: str) -> Any:
    """The contents of an entry, with the days and the conclusion of the assessments it names.

    ``at`` is the JSON pointer of the contents in the body. Raises ``Invalid`` for an assessment
    that this vendor does not have or that is of another place, and for evidence that contradicts
    it.
    """
    ids = [evidence["tia_reference"] for _, _, evidence in _naming(content)]
    if content is None or not ids:
        return content
    known = deps.stores.assessments.among(processor_id, ids)
    faults = [
        fault
        for path, place, evidence in _naming(content)
        for fault in _faults(f"{at}{path}", place, evidence, known.get(evidence["tia_reference"]))
    ]
    if faults:
        raise Invalid(faults[0]["detail"], errors=faults)
    places = [_filled(place, known) for place in content["locations"]]
    return {**content, "locations": places}


def _naming(content: Content | None) -> Iterator[tuple[str, Content, Content]]:
    """Path, place and evidence of each mechanism that names a record."""
    for n, place in enumerate((content or {}).get("locations") or ()):
        for m, mechanism in enumerate(place.get("mechanisms") or ()):
            evidence = mechanism.get("evidence") or {}
            if names_record(evidence.get("tia_reference")):
                yield f"/locations/{n}/mechanisms/{m}/evidence", place, evidence


def _faults(
    path: str, place: Content, evidence: Content, named: Assessment | None
) -> Iterator[Fault]:
    at = f"{path}/tia_reference"
    if named is None:
        detail = "There is no such assessment; POST …/assessments records one."
        yield {"pointer": at, "code": "no-such-assessment", "detail": detail}
    elif not named.is_of(place):
        where = named.country or named.organisation
        detail = f"It is about {where}; name an assessment of the law of this place."
        yield {"pointer": at, "code": "assessment-of-another-place", "detail": detail}
    else:
        yield from _contradictions(path, evidence, named)


def _contradictions(path: str, evidence: Content, named: Assessment) -> Iterator[Fault]:
    for name, value in named.short_form.items():
        if evidence.get(name) not in (None, value):
            said = f"is {value}" if value else "has none"
            detail = f"The assessment {said}; leave {name} out, or record another assessment."
            yield {"pointer": f"{path}/{name}", "code": "contradicts-assessment", "detail": detail}


def _filled(place: Content, known: Mapping[str, Assessment]) -> dict[str, Any]:
    return {**place, "mechanisms": [_with_record(each, known) for each in place["mechanisms"]]}


def _with_record(mechanism: Content, known: Mapping[str, Assessment]) -> Content:
    evidence = mechanism.get("evidence") or {}
    named = known.get(str(evidence.get("tia_reference")))
    if named is None:
        return mechanism
    stated = {name: value for name, value in named.short_form.items() if value is not None}
    return {**mechanism, "evidence": {**evidence, **stated}}
