"""No loop is forgotten: what `make run` runs in one worker, the Procfile runs in many."""

from __future__ import annotations

import base64
import os
import subprocess
import sys

from deploy import processes
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
