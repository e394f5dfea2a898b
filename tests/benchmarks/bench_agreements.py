"""Lists of many agreements, and the document of one with 30 sub-processors.

    python -m tests.benchmarks.bench_agreements --agreements 1000000

It fills a mongod of its own in bulk with agreements of one processor and one customer, then
measures page 1 and page 10,000 (or the middle one) of each list, the counts and the
export. Use the ratios: everything shares one machine.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from pymongo import InsertOne, MongoClient
from werkzeug.test import Client

from services.agreements import rendering
from services.agreements.app import create_app
from services.agreements.contract.contents import Content, Party
from services.agreements.contract.wording import built_in_templates
from services.agreements.model.document import make_version
from services.agreements.model.life import drafted
from services.agreements.settings import Settings
from services.agreements.store import INDEXES
from services.agreements.store.agreements import as_document
from shared.auth import ON_BEHALF_OF
from shared.documents import from_wire
from shared.in_process import WSGITransport
from shared.mongo import Mongo, connect
from shared.pagination import write_cursor
from tests.benchmarks.annexes import signatures, with_sub_processors
from tests.benchmarks.figures import Figure, say, show
from tests.builders import agreement_content, common_settings
from tests.fakes import FakeIdentity, StandingClock
from tests.mongod import free_ports
from tests.replica_set import start_replica_set

VENDOR, CUSTOMER = Party("org_vendor", "vendor", "Vendor"), Party("org_c", "c", "Customer")
AT = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
PDF_MS, PAGE_RATIO = 300, 1.3
MINUTES = 1.5
TINY = ("--agreements", "500", "--runs", "2")
FULL = ("--runs", "101")
PAGE, LATE_PAGE, AT_ONCE = 50, 10_000, 5_000
LISTS = (("processor", ""), ("controller", ""), ("processor", "status=active"),
         ("processor", "product=product-7"), ("processor", "notice_days=30"))  # fmt: skip
STATUSES = ("active", "active", "active", "offered", "terminated")


def main(words: Sequence[str] | None = None) -> list[Figure]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agreements", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=31)
    wanted = parser.parse_args(words)
    figures = [pdf(wanted.runs)]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="art28-bench-")))
        mongod = start_replica_set(folder, free_ports(1), cache_gb=2.0)
        stack.callback(mongod.stop)
        fill(mongod.url, wanted.agreements)
        figures += lists(mongod.url, wanted.agreements, wanted.runs)
    return figures


def pdf(runs: int) -> Figure:
    """Each run sets a contract with other words, so nothing is remembered from the one before."""
    versions = [with_sub_processors(30, run) for run in range(runs)]
    rendering.as_pdf(with_sub_processors(1, 0), [])
    taken = timed(lambda number: rendering.as_pdf(versions[number], signatures(versions[number])),
                  runs)  # fmt: skip
    told = f"median {median(taken):.0f}, worst {max(taken):.0f} ms"
    return Figure("PDF with 30 sub-processors", told, f"< {PDF_MS} ms", f"of {runs}",
                  max(taken) < PDF_MS)  # fmt: skip


def fill(url: str, count: int) -> None:
    """Agreements of one processor and one customer, then the indexes."""
    mongo = connect(url, "art28_agreements")
    begun = time.perf_counter()
    made = documents(count)
    while batch := list(islice(made, AT_ONCE)):
        mongo.db["agreements"].bulk_write(batch, ordered=False)
    inserted = time.perf_counter() - begun
    # With no time limit for one answer: to index a million takes longer than an app would wait.
    Mongo(MongoClient(url), mongo.db.name).ensure_indexes(INDEXES)
    indexed = time.perf_counter() - begun - inserted
    say(f"  {count:,} agreements: inserted in {inserted:.0f} s, indexed in {indexed:.0f} s")


def documents(count: int) -> Iterator[InsertOne[dict[str, Any]]]:
    content = from_wire(Content, agreement_content())
    version = make_version("agr_x", 1, (VENDOR, CUSTOMER), content, built_in_templates()[2],
                           at=AT, by="cli")  # fmt: skip
    whole = as_document(drafted(version))
    for number in range(count):
        product, days = f"product-{number % 50}", 10 + number % 80
        ends = (AT.date() + timedelta(days=number % 3_650)).isoformat()
        key, status = agreement_id(number), STATUSES[number % len(STATUSES)]
        terms = {**whole["content"]["notice_terms"], "notice_days": days}
        content_now = {**whole["content"], "products": [product], "notice_terms": terms}
        yield InsertOne({
            **whole, "_id": key, "status": status, "content": content_now,
            "listed_products": [product],
            "listed_ends": f"{ends}|{key}" if status == "active" else None,
        })  # fmt: skip


def agreement_id(number: int) -> str:
    return f"agr_{number:032x}"


def lists(url: str, count: int, runs: int) -> list[Figure]:
    ask = office(url)
    late = min(LATE_PAGE, count // PAGE // 2)
    cursor = write_cursor("agreements._id", agreement_id((late - 1) * PAGE - 1))
    say(f"  median of {runs}, a page of {PAGE}; whole answers of the agreements app, in ms")
    ratios = []
    for who, query in LISTS:
        path = f"/v1/agreements?{query}"
        first, other = in_turn(
            partial(ask, who, path), partial(ask, who, f"{path}&cursor={cursor}"), runs
        )  # fmt: skip
        ratios.append(other / first)
        say(f"  {who:10} {query or 'all':18} page 1 {first:6.1f}   "
            f"page {late:,} {other:6.1f}   ratio {ratios[-1]:.2f}")  # fmt: skip
    soon = timed(lambda _: ask("processor", "/v1/agreements?expiring_within=90"), runs)
    say(f"  processor  expiring within 90 days {median(soon):6.1f}")
    counts = timed(lambda _: ask("processor", "/v1/counts"), 3)
    say(f"  processor  counts {median(counts):6.1f}")
    piece = timed(lambda _: ask("processor", "/v1/export.csv", first_piece=True), 3)
    say(f"  processor  export, first piece {median(piece):6.1f}")
    name = f"{count:,} agreements: page {late:,} beside page 1"
    return [Figure(name, f"{median(ratios):.2f}, worst {max(ratios):.2f}", f"< {PAGE_RATIO}",
                   f"of {len(LISTS)} lists", max(ratios) < PAGE_RATIO)]  # fmt: skip


def office(url: str) -> Callable[..., None]:
    """The agreements app over this database, asked by the processor or the customer's portal."""
    clock = StandingClock(AT)
    identity, transport = FakeIdentity(clock), WSGITransport()
    transport.mount(identity)
    app = create_app(Settings(common_settings(url, "art28")), transport, clock)
    mine = identity.token("cli_v", VENDOR.id, ["processor"], "agreements:read")
    portal = identity.token("cli_service_portal", "org_p", ["service"], "agreements:read")
    headers = {
        "processor": {"Authorization": f"Bearer {mine}"},
        "controller": {"Authorization": f"Bearer {portal}", ON_BEHALF_OF: CUSTOMER.id},
    }

    def ask(who: str, path: str, *, first_piece: bool = False) -> None:
        answer = Client(app).open(f"{path}", headers=headers[who])
        assert answer.status_code == 200, answer.text
        if first_piece:
            next(iter(answer.response))
            answer.close()

    return ask


def in_turn(one: Callable[[], None], other: Callable[[], None], runs: int) -> tuple[float, float]:
    """The medians of both; one after the other, so that both see the same busy machine."""
    pairs = [(timed(lambda _: one(), 1)[0], timed(lambda _: other(), 1)[0]) for _ in range(runs)]
    return median([pair[0] for pair in pairs]), median([pair[1] for pair in pairs])


def timed(work: Callable[[int], Any], runs: int) -> list[float]:
    """Milliseconds of each run."""
    taken = []
    for number in range(runs):
        begun = time.perf_counter()
        work(number)
        taken.append((time.perf_counter() - begun) * 1_000)
    return taken


def median(taken: list[float]) -> float:
    return statistics.median(taken)


if __name__ == "__main__":
    show(main)
