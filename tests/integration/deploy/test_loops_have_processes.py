"""No loop is forgotten: what `make run` runs in two workers, the Procfile runs in many."""

from __future__ import annotations

import base64
import os
import subprocess
import sys

import pytest

from deploy import embedded, processes
from deploy.profile import ROOT


def test_every_loop_has_a_line_in_the_procfile(mongo_url: str, database_name: str) -> None:
    key = base64.b64encode(bytes(32)).decode()
    settings = {
        "ART28_MONGO_URL": mongo_url,
        "ART28_DB_PREFIX": database_name,
        "ART28_SERVICE_KEY": key,
        "ART28_SECRETS_KEY": key,
    }
    listed = subprocess.run(
        [sys.executable, "-m", "deploy.worker", "--list"],
        cwd=ROOT,
        env={**os.environ, **settings},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    lines = processes.parse(processes.PROCFILE.read_text("utf-8"))

    assert sorted(listed) == sorted(line.command[3] for line in lines if not line.is_web)
    assert sorted(listed) == sorted([*embedded.SENDING, *embedded.JOBS])


def test_who_sends_shares_no_process_with_what_vendors_can_make_large() -> None:
    assert {"notices.fanout", "notices.dispatcher", "notices.mail"} <= set(embedded.SENDING)
    assert "registry.imports" not in embedded.SENDING


@pytest.mark.parametrize("profile", ["embedded", "processes"])
def test_a_supervisor_imports_nothing_heavy_before_it_has_children_to_fork(profile: str) -> None:
    """It stays in memory as long as all others, and a wrong setting is told at once."""
    heavy = ("flask", "pymongo", "requests", "werkzeug", "structlog")
    code = f"import sys, deploy.{profile}; print([m for m in {heavy!r} if m in sys.modules])"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )

    assert done.stdout == "[]\n"
