"""The shell shows documents of the databases of the services."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.profile import ROOT

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
Shell = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def shell(mongo_url: str, mongo_client: MongoClient[dict[str, Any]], database_name: str) -> Shell:
    messages = mongo_client[f"{database_name}_notices"]["messages"]
    messages.insert_many([{"_id": f"msg_{number}", "made_at": AT} for number in range(60)])
    settings = {"ART28_MONGO_URL": mongo_url, "ART28_DB_PREFIX": database_name}

    def run(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "deploy.shell", *words],
            cwd=ROOT,
            env={**os.environ, **settings},
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_an_expression_shows_the_documents_of_a_query(shell: Shell) -> None:
    result = shell('notices.messages.find({"_id": "msg_7"})')

    assert result.stdout == "{'_id': 'msg_7', 'made_at': '2026-03-02T09:30:00.000Z'}\n"
    assert result.returncode == 0


def test_very_many_documents_are_cut_and_none_is_said(shell: Shell) -> None:
    assert shell("notices.messages.find()").stdout.endswith("... more than 50 documents\n")
    assert shell("registry.registers.find()").stdout == "no document\n"


@pytest.mark.parametrize(
    ("expression", "shows"),
    [
        ("stores.identity.clients.find('cli_1') is None", "True\n"),
        ("stores.agreements.groups.read('org_1')['version']", "0\n"),
        ("stores.registry.basis_notices.sweeps()", "{}\n"),
        ("stores.notices.messages.find('msg_7')['_id']", "'msg_7'\n"),
        ("stores.notices.recipients.watermark('org_1').up_to", "0\n"),
        ("stores.notices.recipients.of_controller('org_1')", "no document\n"),
    ],
)
def test_the_stores_of_each_service_read_its_database(
    shell: Shell, expression: str, shows: str
) -> None:
    result = shell(expression)

    assert result.stdout == shows, result.stderr


def test_a_prompt_takes_python(shell: Shell) -> None:
    result = shell(typed="count = notices.messages.count_documents({})\ncount + 1\n")

    assert "61" in result.stdout


@pytest.mark.parametrize("expression", ["nothing", "notices.messages.find(", "1 +* 2"])
def test_an_expression_that_fails_gives_an_exit_code(shell: Shell, expression: str) -> None:
    result = shell(expression)

    assert result.returncode == 1
    assert result.stderr
    assert result.stdout == ""
