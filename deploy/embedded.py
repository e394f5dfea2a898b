"""`make run`: one mongod, one gunicorn with all six apps, one worker with all loops."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace

from deploy import launch
from deploy.checks import StartError
from deploy.probe import answers, reached_by
from deploy.profile import PEERS, Profile
from deploy.supervisor import WORKER_STOPS, Process

MOUNTED = ("identity", "agreements", "registry", "notices", "portal")


def processes(profile: Profile) -> list[Process]:
    """Return the two processes beside MongoDB."""
    # The public origin may lead elsewhere first; the worker asks the apps where they listen.
    local = f"http://{replace(profile, host=reached_by(profile.host)).authority}"
    peers = {f"ART28_{name.upper()}_URL": f"{local}/{name}" for name in PEERS}
    paths = ["/readyz", *(f"/{name}/readyz" for name in MOUNTED)]
    return [
        Process(
            name="web",
            command=(
                *(sys.executable, "-m", "gunicorn"),
                *("--config", "deploy/gunicorn.conf.py", "deploy.wsgi:application"),
            ),
            environment={**peers, "ART28_BIND": profile.authority},
            ready=answers(profile.host, profile.port, paths),
        ),
        Process(
            "worker", (sys.executable, "-m", "deploy.worker"), peers, stop_seconds=WORKER_STOPS
        ),
    ]


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Run the embedded profile; the exit code is 0, or 1 after one clear line."""
    try:
        profile = Profile.from_env(environ, var="var", members=1)
    except StartError as error:
        print(f"art28: {error}", file=sys.stderr)
        return 1
    plan = launch.Plan(
        title="embedded profile",
        processes=lambda: processes(profile),
        ports=[(profile.port, "the web server")],
    )
    return launch.run(profile, plan)


if __name__ == "__main__":
    sys.exit(main())
