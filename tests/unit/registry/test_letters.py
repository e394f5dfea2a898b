"""Of which day a letter may be, and which instant stands for that day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.registry.model.letters import (
    Letter,
    ReceivedBeforeNotice,
    ReceivedBeforeObjection,
    ReceivedInFuture,
    check_received,
    check_withdraws,
    said_at,
)
from shared.errors import Invalid

TODAY, ANNOUNCED = date(2026, 11, 23), date(2026, 11, 20)
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("day", [ANNOUNCED, ANNOUNCED + timedelta(1), TODAY])
def test_a_letter_came_between_the_notice_and_today(day: date) -> None:
    check_received(day, TODAY, ANNOUNCED)


@pytest.mark.parametrize(
    ("day", "fault", "words"),
    [
        (TODAY + timedelta(1), ReceivedInFuture, "2026-11-24 lies after 2026-11-23."),
        (
            ANNOUNCED - timedelta(1),
            ReceivedBeforeNotice,
            "The notice was announced on 2026-11-20.",
        ),
    ],
)
def test_a_letter_of_another_day_is_refused_at_its_member(
    day: date, fault: type[Invalid], words: str
) -> None:
    with pytest.raises(fault) as refused:
        check_received(day, TODAY, ANNOUNCED)

    assert refused.value.detail == words
    assert refused.value.errors == [
        {"pointer": "/received_on", "code": fault.code, "detail": words}
    ]


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        (date(2026, 11, 22), datetime(2026, 11, 22, 12, tzinfo=UTC)),
        (TODAY, NOW),
    ],
)
def test_a_letter_counts_from_noon_of_its_day_and_never_from_what_lies_ahead(
    day: date, instant: datetime
) -> None:
    told: dict[str, Any] = {"change_id": "chg_1", "processor_id": "org_1", "text": "No."}
    letter = Letter("let_1", controller_id="org_2", kind="objection", received_on=day,
                    recorded_at=NOW, recorded_by="cli_1", **told)  # fmt: skip

    assert said_at(day, NOW) == letter.received_at == instant


def test_an_objection_is_withdrawn_on_its_day_or_later() -> None:
    check_withdraws(TODAY, TODAY)

    with pytest.raises(ReceivedBeforeObjection) as refused:
        check_withdraws(ANNOUNCED, TODAY)

    words = "The objection came on 2026-11-23."
    code = ReceivedBeforeObjection.code
    assert refused.value.detail == words
    assert refused.value.errors == [{"pointer": "/received_on", "code": code, "detail": words}]
