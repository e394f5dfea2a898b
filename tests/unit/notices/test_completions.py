"""Outcomes are stored in the background; what could not be stored stays."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from services.notices.dispatcher.writer import OutcomeWriter
from services.notices.store.outcomes import Completion


def completion(number: int) -> Completion:
    return Completion(f"dlv_{number}", "mine", "delivered", None, None)


def test_it_works() -> None:
    stored: list[str] = []

    def complete(batch: Sequence[Completion]) -> int:
        stored.extend(each.delivery_id for each in batch)
        return 1

    done = OutcomeWriter()
    done.add(completion(1))
    done.add(completion(2))
    assert done.flush(complete, wait=True) == 1
    assert stored == ["dlv_1", "dlv_2"]
    assert done.flush(complete, wait=True) == 0


def test_one_write_is_under_way_at_a_time_and_the_rest_gathers() -> None:
    may_end, batches = threading.Event(), list[int]()

    def complete(batch: Sequence[Completion]) -> int:
        assert may_end.wait(10)
        batches.append(len(batch))
        return 0

    done = OutcomeWriter()
    for number in range(5):
        done.add(completion(number))
        done.flush(complete, wait=False)
    may_end.set()
    done.flush(complete, wait=True)
    assert batches == [1, 4]


def test_what_could_not_be_stored_is_tried_again_in_its_order() -> None:
    stored: list[str] = []

    def fail(_: Sequence[Completion]) -> int:
        raise ConnectionError

    def complete(batch: Sequence[Completion]) -> int:
        stored.extend(each.delivery_id for each in batch)
        return 0

    done = OutcomeWriter()
    done.add(completion(1))
    with pytest.raises(ConnectionError):
        done.flush(fail, wait=True)
    done.add(completion(2))
    done.flush(complete, wait=True)
    assert stored == ["dlv_1", "dlv_2"]
