"""One job of each kind for an event, however often it is told."""

from __future__ import annotations

import pytest

from services.notices.model.jobs import FAN_OUT, job_id


# An update must not change them, or what was told is told again.
@pytest.mark.parametrize(
    ("event_id", "kind", "expected"),
    [
        ("evt_1", FAN_OUT, "job_pvhfu5xk43mmczkbblaz7ztvmuq3vbxn"),
        ("evt_1", "other", "job_m3fuwbp5z3pmzm7xemis7e75rymdao2u"),
    ],
)
def test_a_job_has_the_id_of_its_event_and_kind(event_id: str, kind: str, expected: str) -> None:
    assert job_id(event_id, kind) == expected
    assert job_id("evt_2", kind) != expected
