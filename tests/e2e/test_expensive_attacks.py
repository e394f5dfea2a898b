"""Visitors who ask for what is expensive stop nobody else, in both profiles.

The register has 2,000 entries; sixteen readers ask again as soon as they are answered, each time
for something else, and no limit per address holds, as if each came from a place of its own. One
test has a limit, and one address that asks 300 times a second.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo import MongoClient

from tests.attackers import Tally, attackers
from tests.attacks import FLOOR_MS, Probe, endure, get, unread
from tests.e2e.running import Running, patience, running, until
from tests.e2e.story import PROCESSOR, REGISTER

pytestmark = [pytest.mark.slow, pytest.mark.attacks]

ENTRIES, READERS, DRAFTS = 2_000, 16, 10_000
Json = dict[str, Any]


def floor() -> float:
    """What cannot be told from noise, in milliseconds; more on a machine that others use, too."""
    return FLOOR_MS * min(patience(), 6)


def mongo_of(running_: Running) -> MongoClient[Json]:
    """The database of a profile that runs, as its own processes are told of it."""
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            told = (folder / "environ").read_bytes().split(b"\0")
            if f"ART28_VAR={running_.var}".encode() in told:
                for each in told:
                    if each.startswith(b"ART28_MONGO_URL=mongodb"):
                        return MongoClient(each.partition(b"=")[2].decode())
    raise AssertionError("no process knows its database")


@pytest.fixture(scope="module")
def large(profile: Running) -> Running:
    """The register of the sample's vendor with 2,000 entries more, written as one baseline is."""
    with mongo_of(profile) as client:
        rows = client["art28_registry"]["rows"]
        row = rows.find_one({"voided_at": None, "content.country": "US"}) or rows.find_one({})
        assert row is not None
        rows.insert_many([
            {**row, "_id": f"row_big{n:06}", "sub_processor_id": f"sub_big{n:06}",
             "content": {**row["content"], "legal_name": f"Company {n:04} A/S"}}
            for n in range(ENTRIES)
        ])  # fmt: skip
    return profile


@pytest.fixture(scope="module")
def probes(profile: Running) -> dict[str, Probe]:
    vendor, customer = profile.client(PROCESSOR), profile.client("nordbo")
    entry = vendor.must("GET", f"{REGISTER}/sub-processors")["items"][0]["id"]
    told = {}
    for who in (vendor, customer):
        who.sign_in()
        told[who.org_id] = {"Authorization": str(who.session.headers["Authorization"])}
    registry = f"{profile.origin}/registry/v1/gate"
    of_vendor = f"processor={PROCESSOR}&sub_processor_id={entry}&controller_id={customer.org_id}"
    return {
        "healthz": get(f"{profile.origin}/healthz"),
        "gate, portal": get(
            f"{profile.origin}/portal/v1/gate?sub_processor_id={entry}", told[customer.org_id]
        ),
        "gate, registry": get(f"{registry}?{of_vendor}", told[vendor.org_id]),
        "page": get(f"{profile.origin}/p/{PROCESSOR}"),
    }


PAGE = f"/p/{PROCESSOR}"
FORMS = {
    "searches": f"{PAGE}?q=company+{{n}}",
    "other days": f"{PAGE}?as_of={{day}}",
    "searches of other days": f"{PAGE}?q=a&as_of={{day}}",
    "comparisons": f"{PAGE}/diff?from={{day}}",
    "exports as JSON": f"{PAGE}.json?as_of={{day}}",
    "exports as CSV": f"{PAGE}.csv?as_of={{day}}",
    "PDFs of other days": f"{PAGE}.pdf?as_of={{day}}",
    "ledgers": f"{PAGE}/ledger.jsonl?lang=en",
}


@pytest.mark.parametrize("attack", FORMS)
def test_readers_of_a_large_register_stop_nobody_else(
    attack: str, large: Running, probes: dict[str, Probe]
) -> None:
    probes["page"]()  # Warm.
    tally = Tally()

    figures = endure(attackers(large.origin, FORMS[attack], READERS, tally), probes)

    print(f"\n{figures.table(f'{large.name}, {READERS} x {attack}')} {dict(tally)}")
    assert tally["200"] > 0
    assert set(tally) <= {"200", "503"}
    figures.require_calm(floor())


def test_readers_who_hang_up_leave_no_work_behind(large: Running, probes: dict[str, Probe]) -> None:
    probes["page"]()
    tally = Tally()

    asking = attackers(large.origin, FORMS["other days"], READERS, tally, "--hang-up")
    figures = endure(asking, probes)

    print(f"\n{figures.table(f'{large.name}, {READERS} x hanging up')} {dict(tally)}")
    assert tally["TimeoutError"] > 0
    # Nothing waits that they have asked for.
    assert large.visitor().ask("GET", f"{PAGE}?q=company+0001").status_code == 200
    figures.require_calm(floor())


def test_answers_that_nobody_reads_stop_nobody(large: Running, probes: dict[str, Probe]) -> None:
    """Each of 3 MB, and forty of them: without an edge they hold all threads of the readers."""
    parts = urlsplit(large.origin)
    asked = probes | {"search": get(f"{large.origin}{PAGE}?q=company+0001")}
    file = f"{PAGE}.json?q=company"
    assert len(large.visitor().ask("GET", file).content) > 2_000_000
    request = f"GET {file} HTTP/1.1\r\nHost: x\r\n\r\n".encode()

    attack = unread((parts.hostname or "", parts.port or 0), 40, request)
    figures = endure(attack, asked)

    print(f"\n{figures.table(f'{large.name}, 40 x 3 MB unread')}")
    figures.require_calm(floor())


def test_pdfs_of_other_days_of_two_entries_stop_nobody_else(
    profile: Running, probes: dict[str, Probe]
) -> None:
    small = next(each for each in profile.demo["clients"] if is_small(profile, each["org_slug"]))
    form = f"/p/{small['org_slug']}.pdf?as_of={{day}}"

    tally = Tally()

    figures = endure(attackers(profile.origin, form, READERS, tally), probes)

    print(f"\n{figures.table(f'{profile.name}, {READERS} x PDFs of a few entries')} {dict(tally)}")
    assert tally["200"] > 0
    figures.require_calm(floor())


def is_small(profile: Running, slug: str) -> bool:
    answer = profile.visitor().ask("GET", f"/p/{slug}.json")
    return slug != PROCESSOR and answer.ok and len(answer.json()["items"]) < 20


def test_ten_thousand_drafts_cost_the_public_nothing(
    profile: Running, probes: dict[str, Probe]
) -> None:
    with mongo_of(profile) as client:
        changes = client["art28_registry"]["changes"]
        vendor = client["art28_registry"]["registers"].find_one({"slug": PROCESSOR})
        assert vendor is not None
        draft = {"processor_id": vendor["_id"], "status": "draft", "announced_at": None}
        changes.insert_many([{**draft, "_id": f"chg_big{n:06}"} for n in range(DRAFTS)])
    try:
        form = f"{PAGE}/changes.json?lang=en"
        figures = endure(attackers(profile.origin, form, 2, Tally()), probes)
    finally:
        with mongo_of(profile) as client:
            client["art28_registry"]["changes"].delete_many({"_id": {"$regex": "^chg_big"}})

    print(f"\n{figures.table(f'{profile.name}, {DRAFTS} drafts')}")
    figures.require_calm(floor())


@contextmanager
def a_flood(origin: str, rate: int, answers: list[int]) -> Iterator[None]:
    """One address asks for the page so many times a second, and is refused some of them."""
    stop, parts = threading.Event(), urlsplit(origin)

    def insist(every: float) -> None:
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        due = time.monotonic()
        while not stop.wait(max(0.0, due - time.monotonic())):
            due += every
            with suppress(OSError):
                connection.request("GET", PAGE)
                answer = connection.getresponse()
                answer.read()
                answers.append(answer.status)
        connection.close()

    threads = [threading.Thread(target=insist, args=(10 / rate,), daemon=True) for _ in range(10)]
    for thread in threads:
        thread.start()
    try:
        # A quick machine would have measured everything before the limit is reached.
        until(lambda: 429 in answers)
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(15)


@pytest.mark.parametrize("name", ["embedded", "processes"])
def test_one_address_that_asks_300_times_a_second_is_told_to_wait(
    name: str, tmp_path: Path
) -> None:
    limits = {"ART28_LIMIT_ADDRESS": "100", "ART28_EDGE_TRUSTED": "127.0.0.0/8"}
    with running(name, tmp_path, **limits) as started:
        numbers = itertools.count()

        def others() -> None:
            """Each time from another address: many questions in a moment are no flood of one."""
            address = {"X-Forwarded-For": f"192.0.2.{next(numbers) % 250}"}
            get(f"{started.origin}{PAGE}", address)()

        probes = {"healthz": get(f"{started.origin}/healthz"), "page, others": others}
        answers: list[int] = []

        figures = endure(a_flood(started.origin, 300, answers), probes)

        print(f"\n{figures.table(f'{name}, 300 a second')}")
        figures.require_calm(floor())
        refused = until_refused(started.origin)
        assert refused["code"] == "rate-limited"


def until_refused(origin: str) -> Json:
    """The answer of the limit to this address; within one window."""
    parts = urlsplit(origin)
    for _ in range(700):
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        connection.request("GET", PAGE)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status == 429:
            assert answer.headers["Retry-After"]
            assert answer.headers["RateLimit-Policy"] == '"address";q=100;w=10'
            told: Json = json.loads(body)
            return told
    raise AssertionError("nobody was refused")
