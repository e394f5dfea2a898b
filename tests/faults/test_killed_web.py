"""A web process that is killed before it can answer: the client sends the same again, once more."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.e2e.story import PROCESSOR
from tests.faults.tally import Tally
from tests.faults.world import KILLED, World

pytestmark = [pytest.mark.faults, pytest.mark.slow]

IN_PROGRESS = "idempotency-in-progress"


def sent_again(world: World, path: str, headers: dict[str, str]) -> TestResponse:
    """The last answer to the same request, sent again while the first is said to be under way."""
    for _ in range(4):
        answer = world.stack.ask(world.clients[PROCESSOR], "POST", path, headers=headers)
        if not (answer.json and answer.json.get("code") == IN_PROGRESS):
            return answer
        world.stack.pass_time(seconds=61)
    raise AssertionError("it is under way for ever")


def test_announcing_again_with_the_same_key_has_one_effect_and_gets_its_answer(
    world: World, stride: int, tally: Tally
) -> None:
    committed, ends = 0, dict[str, int]()
    tally("kill -9 of a web process, at every write", lambda: world.counts(ends))
    for step in range(1, 60, stride):
        path, headers = world.drafted(), {"Idempotency-Key": f"announce-{step}"}
        order: dict[str, Any] = {"client": world.clients[PROCESSOR], "path": f"{path}/announce"}
        change_id = path.rpartition("/")[2]
        status = ends[change_id] = world.run("web", step, headers=headers, **order)
        before = world.must(PROCESSOR, "GET", path)["status"]

        answer = sent_again(world, f"{path}/announce", headers)

        assert answer.status_code == 200, answer.text
        committed += before == "announced"
        assert world.must(PROCESSOR, "GET", path)["status"] == "announced"
        world.finish()
        world.assert_told(change_id, deaths=0)
        again = sent_again(world, f"{path}/announce", headers)
        assert (again.status_code, again.data) == (answer.status_code, answer.data)
        if status != KILLED:
            break
    assert status != KILLED
    assert committed >= 1


def test_without_a_key_a_second_announcement_is_refused(world: World) -> None:
    path = world.drafted()
    world.must(PROCESSOR, "POST", f"{path}/announce")

    again = world.stack.ask(world.clients[PROCESSOR], "POST", f"{path}/announce")

    assert again.status_code == 409
    world.finish()
    world.assert_told(path.rpartition("/")[2], deaths=0)
