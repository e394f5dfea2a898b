"""Every line of golden_findings.txt: what one missing thing is called, and what asks for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.agreements.contract.contents import Content
from services.agreements.contract.findings import findings
from tests.builders import agreement_content, notice_terms
from tests.unit.agreements.things import content
from tests.unit.registry.golden import rows

GOLDEN = rows("golden_findings.txt", Path(__file__).parent)


def spoilt(changes: dict[str, Any]) -> Content:
    """A whole agreement but for ``changes``, which go into its members where those are objects."""
    whole = agreement_content()
    members = {
        name: {**whole[name], **value} if isinstance(value, dict) else value
        for name, value in changes.items()
        if name != "notice_terms"
    }
    return content(**members, notice_terms=notice_terms(**changes.get("notice_terms", {})))


@pytest.mark.parametrize("case", GOLDEN, ids=[case[0] for case in GOLDEN])
def test_one_thing_that_is_missing_is_one_finding_with_its_source(case: tuple[str, ...]) -> None:
    code, weight, source, changes, said = case
    assert [
        (each.code, each.weight, each.clause, each.detail)
        for each in findings(spoilt(json.loads(changes)))
    ] == [(code, weight, source, said)]
