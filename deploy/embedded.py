"""`make run`: one mongod, one gunicorn with all six apps, one worker with all loops."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from deploy import launch
from deploy.checks import StartError
from deploy.probe import answers
from deploy.profile import Profile
from deploy.supervisor import Process

MOUNTED = ("identity", "agreements", "registry", "notices", "portal")


def processes(profile: Profile) -> list[Process]:
    """Return the two processes beside MongoDB."""
    bind = f"[{profile.host}]" if ":" in profile.host else profile.host
    paths = ["/readyz", *(f"/{name}/readyz" for name in MOUNTED)]
    return [
        Process(
            name="web",
            command=(
                *(sys.executable, "-m", "gunicorn"),
                *("--config", "deploy/gunicorn.conf.py", "deploy.wsgi:application"),
            ),
            environment={"ART28_BIND": f"{bind}:{profile.port}"},
            ready=answers(profile.host, profile.port, paths),
        ),
        Process(name="worker", command=(sys.executable, "-m", "deploy.worker")),
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
