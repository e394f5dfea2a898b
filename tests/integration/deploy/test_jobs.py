"""The operator's command: which jobs failed, and try them again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pymongo import MongoClient

from deploy import jobs
from shared.failures import FailedJobs, Failures, Patience
from shared.mongo import Mongo

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def fail(_: str) -> None:
    raise ValueError("two\nlines \x1b[31m")


def test_jobs_set_aside_are_listed_and_revived(
    mongo_url: str,
    mongo_client: MongoClient[dict[str, object]],
    database_name: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mongo = Mongo(mongo_client, f"{database_name}_registry")
    Failures(mongo, "registry.imports", lambda: AT, Patience(tries=1)).run(["imp_1"], fail)
    Failures(mongo, "registry.relay", lambda: AT).run(["processor:a"], fail)
    environ = {"ART28_MONGO_URL": mongo_url, "ART28_DB_PREFIX": database_name}
    capsys.readouterr()

    assert jobs.main([], environ) == 0
    aside, resting = capsys.readouterr().out.splitlines()
    error = "1 failures  ValueError: two lines  [31m"
    assert aside == f"registry.imports  imp_1  set aside  {error}"
    assert resting == f"registry.relay  processor:a  again at 2026-11-23T12:00:01Z  {error}"
    assert jobs.main(["revive", "registry.imports", "imp_1"], environ) == 0
    assert jobs.main(["revive", "registry.imports", "imp_1"], environ) == 1
    assert [each.job for each in FailedJobs(mongo).all()] == ["processor:a"]
