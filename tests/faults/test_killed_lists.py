"""`kill -9` in the middle of an import of a list doubles nothing and leaves nothing half done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from services.registry import events
from tests.faults.world import KILLED, World
from tests.integration.registry.importing import begin, drafts, report
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

pytestmark = [pytest.mark.faults, pytest.mark.slow]

ROWS = 150  # One step reads them.
NAMES = sorted(f"Host {n} A/S" for n in range(ROWS))
LIST = "Name,Purpose,Location\n" + "".join(f"{name},Hosting,Denmark\n" for name in NAMES)
# Writes after which the process dies, in each of the ten tries before a job is set aside: in the
# step that reads, then past it, then in what follows, which begins where the last try ended.
DEATHS = (6, 12, 3, 5, 7, 9, 11, 13, 15, 17)


@pytest.fixture
def newcomer(world: World) -> Vendor:
    """A vendor whose register is empty."""
    world.present()
    client = new_client(world.stack, "newcomer", ["processor"], PROCESSOR_SCOPES)
    return Vendor(world.stack, client, client["slug"])


def died(world: World, then: Callable[[bool], None]) -> int:
    """Let the worker die again and again, and end its work; how often it died. ``then`` is told
    after each try whether it died."""
    deaths = 0
    for n, step in enumerate(DEATHS):
        # The record that a process died bars the import for a time.
        dead = world.run("lists", step, minutes=10 * n) == KILLED
        then(dead)
        deaths += dead
    assert world.run("lists", 0, minutes=120) == 0
    return deaths


def names(vendor: Vendor) -> list[str]:
    return sorted(each["sub_processor"]["legal_name"] for each in drafts(vendor))


def test_a_first_list_is_there_whole_or_not_at_all(world: World, newcomer: Vendor) -> None:
    job = begin(newcomer, LIST, into="baseline", effective_on="2026-01-01")
    registry = world.stack.database("registry").db
    mine = {"processor_id": newcomer.client["org_id"]}

    in_commit = list[bool]()

    def whole_or_not(dead: bool = False) -> None:
        ready = registry["import_rows"].count_documents({"import_id": job, "state": "ready"})
        in_commit.append(dead and ready == ROWS)
        adopted = {"stream": f"processor:{mine['processor_id']}", "type": events.ADOPTED}
        assert (registry["rows"].count_documents(mine),
                registry["ledger"].count_documents(adopted)) in ((0, 0), (ROWS, 1))  # fmt: skip

    died(world, whole_or_not)
    assert in_commit.count(True) >= 3
    world.present()
    told = report(newcomer, job)
    assert (told["status"], told["adopted"]) == ("done", ROWS)
    assert newcomer.names() == NAMES
    whole_or_not()


def test_two_imports_of_one_list_that_die_draft_it_once(world: World, newcomer: Vendor) -> None:
    day = str(newcomer.today + timedelta(90))
    jobs = [begin(newcomer, LIST, effective_on=day) for _ in range(2)]
    registry = world.stack.database("registry").db
    rows = {"import_id": {"$in": jobs}, "change_id": {"$type": "string"}}
    mine = {"processor_id": newcomer.client["org_id"], "status": "draft"}

    def each_draft_has_its_row(_: bool) -> None:
        made = registry["changes"].distinct("_id", mine)
        assert sorted(registry["import_rows"].distinct("change_id", rows)) == sorted(made)

    assert died(world, each_draft_has_its_row) >= 3
    world.present()
    told = [report(newcomer, job) for job in jobs]
    assert sorted((each["drafted"], each["unchanged"]) for each in told) == [(0, ROWS), (ROWS, 0)]
    assert names(newcomer) == NAMES
