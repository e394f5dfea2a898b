"""However odd a file is, a step of its import is bounded, and others have their turn meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from services.registry.model.imports import Import
from services.registry.schemas.imports import content_of
from services.registry.store.imports import Imports
from services.registry.use_cases import importing
from services.registry.use_cases.importing import Importing
from shared.failures import FailedJobs
from shared.importing.jobs import MOST_UNDER_WAY
from shared.places import OF_THIS_PROCESS
from tests.integration.registry.importing import DAY, begin, report, taken, work
from tests.integration.registry.test_import_killed import until, worker
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

MOST = 10_000
MEMORY_MIB = 300


@pytest.fixture
def other(stack: Stack) -> Vendor:
    """A second vendor, which has nothing to do with the first."""
    client = new_client(stack, "other", ["processor"], PROCESSOR_SCOPES)
    return Vendor(stack, client, client["slug"])


def peak_mib(pid: int) -> int:
    """The most memory that a process has had."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024


def hostile(kind: str) -> str:
    """Files that are costly, each in another way."""
    if kind == "one line many times":
        return "Name,Country\n" + "Acme Ltd,Denmark\n" * MOST
    if kind == "one name many times":
        rows = (f"Acme Ltd,Denmark,Purpose {n}\n" for n in range(MOST))
        return "Name,Country,Purpose\n" + "".join(rows)
    if kind == "a hundred of each name":
        rows = (f"Acme {n % 100} Ltd,Denmark,Purpose {n}\n" for n in range(MOST))
        return "Name,Country,Purpose\n" + "".join(rows)
    if kind == "many questions a row":
        places = "; ".join(f"Nowhere {n}" for n in range(140))
        return "Name,Location\n" + "".join(f'Acme {n} Ltd,"{places}"\n' for n in range(200))
    texts = "; ".join(f"text {n}" for n in range(120))
    rows = (f'Acme {n} Ltd,Denmark,"{texts}"\n' for n in range(2_000))
    return "Name,Country,Certifications\n" + "".join(rows)


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [
        "one line many times",
        "one name many times",
        "a hundred of each name",
        "many questions a row",
        "much text a row",
    ],
)
def test_the_costliest_files_end_in_little_memory(vendor: Vendor, kind: str) -> None:
    import_id = begin(vendor, hostile(kind))
    process = worker(vendor)
    try:
        until(lambda: report(vendor, import_id)["status"] in ("done", "waiting"), 240)
        peak = peak_mib(process.pid)
    finally:
        process.terminate()
        process.wait(30)

    assert peak < MEMORY_MIB
    assert list(FailedJobs(vendor.stack.database("registry")).all()) == []


def test_the_same_line_again_is_refused_with_the_row_that_says_it(vendor: Vendor) -> None:
    told = taken(vendor, "Name,Country\nAcme Ltd,Denmark\nAcme Ltd,Denmark\n")

    assert told["drafted"] == 1
    assert told["refused"] == [
        {"row": 2, "pointer": "", "code": "duplicate-row", "detail": "Row 1 says the same."}
    ]


def test_more_than_a_hundred_rows_of_one_name_are_all_refused(vendor: Vendor) -> None:
    rows = "".join(f"Acme Ltd,Denmark,Purpose {n}\n" for n in range(101))

    told = taken(vendor, f"Name,Country,Purpose\n{rows}Other Ltd,Denmark,Hosting\n")

    assert (told["drafted"], told["refused_total"]) == (1, 101)
    assert {each["code"] for each in told["refused"]} == {"too-many-of-one-name"}


def test_an_import_of_nothing_is_refused_at_the_door(vendor: Vendor) -> None:
    customers = "/identity/v1/customers/import"
    answers = [
        vendor.ask("POST", "/import"),
        vendor.stack.ask(vendor.client, "POST", customers),
    ]

    assert [each.status_code for each in answers] == [415, 415]


def test_a_file_of_too_many_rows_is_refused_at_the_door(vendor: Vendor) -> None:
    body = "Name\n" + "".join(f"Acme {n}\n" for n in range(MOST + 1))

    answer = vendor.ask("POST", "/import", data=body.encode(), content_type="text/csv")

    assert answer.status_code == 413
    assert answer.json["code"] == "too-many-rows"
    mine = {"processor_id": vendor.client["org_id"]}
    assert not vendor.stack.database("registry").db["imports"].count_documents(mine)


def test_a_row_that_is_too_large_is_refused_alone(vendor: Vendor) -> None:
    told = taken(vendor, [{"name": "Large", "purpose": "x" * 300_000}, {"name": "Small Ltd"}])

    assert [(each["row"], each["code"]) for each in told["refused"]] == [(1, "row-too-large")]


def test_a_step_takes_no_more_rows_than_its_bound(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "ROWS_A_STEP", 10)
    rows = "".join(f"Acme {n % 5},Denmark,Purpose {n}\n" for n in range(50))
    import_id = begin(vendor, f"Name,Country,Purpose\n{rows}")
    found = vendor.stack.database("registry").db["import_rows"]
    loop, left = Importing(vendor.stack.registry, content_of), []

    while loop.run_once():
        left.append(found.count_documents({"import_id": import_id, "state": "new"}))

    assert left[:5] == [40, 30, 20, 10, 0]


def test_imports_of_two_vendors_have_turns(
    vendor: Vendor, other: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "ROWS_A_STEP", 10)
    many = "Name\n" + "".join(f"Acme {n}\n" for n in range(200))
    firsts = [begin(vendor, many) for _ in range(3)]
    last = begin(other, "Name,Country\nAcme Ltd,Denmark\n")
    loop = Importing(vendor.stack.registry, content_of)

    for _ in range(4):
        loop.run_once()

    assert report(other, last)["status"] == "done"
    assert all(report(vendor, each)["status"] == "queued" for each in firsts)
    work(vendor)


def test_an_import_that_fails_again_and_again_is_shown_and_the_others_go_on(
    vendor: Vendor, other: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = begin(vendor, "Name,Country\nAcme Ltd,Denmark\n")
    good = begin(other, "Name,Country\nAcme Ltd,Denmark\n")
    advance = importing.advance

    def fail(deps: Any, job: Any, check: Any) -> None:
        if job.id == poison:
            raise MemoryError
        advance(deps, job, check)

    monkeypatch.setattr(importing, "advance", fail)
    for _ in range(12):
        work(vendor)
        vendor.stack.now += timedelta(minutes=5)

    assert report(other, good)["status"] == "done"
    told = report(vendor, poison)
    assert (told["status"], told["failure"]["code"]) == ("failed", "import-set-aside")

    monkeypatch.undo()
    work(vendor)
    assert report(vendor, poison)["status"] == "failed"
    failed = FailedJobs(vendor.stack.database("registry"), lambda: vendor.stack.now)
    failed.revive("registry.imports", poison)
    work(vendor)
    assert report(vendor, poison)["status"] == "done"


def test_a_sixth_import_at_once_waits_until_one_is_done(vendor: Vendor, other: Vendor) -> None:
    for _ in range(5):
        begin(vendor, "Name\nAcme Ltd\n")
    words = {"data": b"Name\nAcme Ltd\n", "content_type": "text/csv",
             "query_string": {"effective_on": DAY}}  # fmt: skip

    refused = vendor.ask("POST", "/import", **words)
    assert (refused.status_code, refused.json["code"]) == (429, "too-many-imports")
    assert refused.headers["Retry-After"]
    assert other.ask("POST", "/import", **words).status_code == 202

    work(vendor)
    assert vendor.ask("POST", "/import", **words).status_code == 202
    work(vendor)


def test_files_of_one_vendor_never_hold_more_than_its_places(vendor: Vendor, other: Vendor) -> None:
    org_id = vendor.client["org_id"]
    words = {"data": b"Name\nAcme Ltd\n", "content_type": "text/csv"}
    with OF_THIS_PROCESS.one(org_id), OF_THIS_PROCESS.one(org_id):
        refused = vendor.ask("POST", "/import", **words)
        assert other.ask("POST", "/import", **words).status_code == 202
    assert (refused.status_code, refused.json["code"]) == (503, "busy")
    assert vendor.ask("POST", "/import", **words).status_code == 202


def test_files_that_come_at_the_same_moment_count_each_other(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    together, add = Barrier(MOST_UNDER_WAY + 3, timeout=30), Imports.add

    def add_together(imports: Imports, job: Import) -> None:
        together.wait()
        add(imports, job)
        together.wait()

    monkeypatch.setattr(Imports, "add", add_together)
    # One process gives a vendor two places; several processes together give it more.
    monkeypatch.setattr(OF_THIS_PROCESS, "working", together.parties)
    monkeypatch.setattr(OF_THIS_PROCESS, "each", None)

    def send(number: int) -> int:
        body = f"Name,Country\nAcme {number} Ltd,Denmark\n".encode()
        return vendor.ask("POST", "/import", data=body, content_type="text/csv").status_code

    with ThreadPoolExecutor(together.parties) as pool:
        statuses = list(pool.map(send, range(together.parties)))
    assert sorted(statuses) == [202] * MOST_UNDER_WAY + [429] * 3
