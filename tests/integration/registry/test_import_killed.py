"""`kill -9` of the worker in the middle of an import: no row is lost, none becomes two drafts."""

from __future__ import annotations

import base64
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.integration.registry.importing import begin, report
from tests.vendor import Vendor

ROWS = 3_000
# One row in a hundred says EU, one in a hundred has no name.
ODD = {7: "Host {n},Hosting,EU\n", 9: ",Hosting,Denmark\n"}


def worker(vendor: Vendor) -> subprocess.Popen[bytes]:
    common = vendor.stack.common
    environ = {
        **os.environ,
        "ART28_MONGO_URL": common.mongo_url,
        "ART28_DB_PREFIX": common.db_prefix,
        "ART28_SERVICE_KEY": base64.b64encode(common.service_key).decode(),
        "ART28_SECRETS_KEY": base64.b64encode(common.secrets_key).decode(),
    }
    words = [sys.executable, "-m", "deploy.worker", "registry.imports"]
    return subprocess.Popen(words, env=environ)


def until(true: Callable[[], bool], limit: float = 120.0) -> None:
    end = time.monotonic() + limit
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.faults
def test_it_works(vendor: Vendor) -> None:
    text = "Name,Purpose,Location\n" + "".join(
        ODD.get(n % 100, "Host {n},Hosting,Denmark\n").format(n=n) for n in range(ROWS)
    )
    import_id = begin(vendor, text)
    rows = vendor.stack.database("registry").db["import_rows"]

    def done() -> int:
        return rows.count_documents({"import_id": import_id, "state": {"$ne": "new"}})

    def is_above(count: int) -> bool:
        return done() > count

    chance, kills = random.Random(28), 0
    while done() < ROWS - 800:
        before = done()
        process = worker(vendor)
        try:
            until(partial(is_above, before))
            time.sleep(chance.random() / 4)
        finally:
            process.kill()
            process.wait(10)
        kills += 1
    assert kills >= 2
    last = worker(vendor)
    try:
        until(lambda: report(vendor, import_id)["status"] == "waiting")
    finally:
        last.terminate()
        last.wait(30)

    told = report(vendor, import_id)
    assert (told["drafted"], told["waiting"], told["refused_total"]) == (ROWS - 60, 30, 30)
    drafted = names_of_drafts(vendor)
    assert len(drafted) == len(set(drafted)) == ROWS - 60


def names_of_drafts(vendor: Vendor) -> list[Any]:
    changes = vendor.stack.database("registry").db["changes"]
    mine = {"processor_id": vendor.client["org_id"], "status": "draft"}
    return [each["content"]["legal_name"] for each in changes.find(mine)]
