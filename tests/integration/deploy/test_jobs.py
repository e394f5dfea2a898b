"""The operator's commands: which jobs failed, and try them again; and what they cannot do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pymongo import MongoClient

from deploy import jobs, withhold
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


def test_that_no_job_has_failed_is_said(
    mongo_url: str, database_name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = {"ART28_MONGO_URL": mongo_url, "ART28_DB_PREFIX": database_name}
    assert jobs.main([], environ) == 0
    assert capsys.readouterr().out == "No job has failed.\n"


def test_a_database_that_does_not_answer_is_named_in_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100"
    assert jobs.main([], {"ART28_MONGO_URL": url}) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("art28: MongoDB cannot be used: 127.0.0.1:1")


def test_withhold_names_a_missing_setting_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ART28_SERVICE_KEY", raising=False)
    monkeypatch.delenv("ART28_SERVICE_KEY_FILE", raising=False)
    assert withhold.main(["--reason", "x"]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("art28: ART28_SERVICE_KEY is not set")
