"""`make run`: one mongod, the edge, one gunicorn with all six apps, two workers with all loops."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from deploy import edge, launch
from deploy.checks import StartError
from deploy.mongod import HOST
from deploy.probe import answers
from deploy.processes import common_settings, edge_process
from deploy.profile import PEERS, Profile
from deploy.supervisor import WORKER_STOPS, Process

SENDING = (
    "notices.fanout",
    "notices.dispatcher",
    "notices.mail",
    "notices.escalation",
    "agreements.relay",
    "registry.relay",
)
JOBS = ("registry.imports", "registry.clock", "agreements.clock", "notices.retention")
MOUNTED = ("identity", "agreements", "registry", "notices", "portal")


def processes(profile: Profile) -> list[Process]:
    """Return the four processes beside MongoDB, the edge first: it depends on none.

    The loops that send are apart from those whose work customers and vendors can make large
    (decision 0030).
    """
    port = apps_port(profile)
    settings = common_settings(dict.fromkeys(PEERS, port))
    paths = ["/readyz", *(f"/{name}/readyz" for name in MOUNTED)]
    return [
        edge_process(profile, dict.fromkeys((*MOUNTED, "public"), port)),
        Process(
            name="web",
            command=(
                *(sys.executable, "-m", "gunicorn"),
                *("--config", "deploy/gunicorn.conf.py", "deploy.wsgi:application"),
            ),
            environment={**settings, "ART28_BIND": f"{HOST}:{port}"},
            ready=answers(HOST, port, paths),
        ),
        _worker("worker", SENDING, settings),
        _worker("worker-jobs", JOBS, settings),
    ]


def _worker(name: str, loops: Sequence[str], settings: Mapping[str, str]) -> Process:
    command = (sys.executable, "-m", "deploy.worker", *loops)
    return Process(name, command, settings, stop_seconds=WORKER_STOPS)


def apps_port(profile: Profile) -> int:
    """Return the loopback port of the apps, the one above the edge's."""
    return profile.port + 1


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Run the embedded profile; the exit code is 0, or 1 after one clear line."""
    try:
        edge.check(environ)
        profile = Profile.from_env(environ, var="var", members=1)
    except StartError as error:
        print(f"art28: {error}", file=sys.stderr)
        return 1
    plan = launch.Plan(
        title="embedded profile",
        processes=lambda: processes(profile),
        ports=[(profile.port, "the edge"), (apps_port(profile), "the apps")],
        # The edge may have a certificate for another name than the address of this machine.
        sample=(*launch.SAMPLE, "--at", f"http://{HOST}:{apps_port(profile)}"),
    )
    return launch.run(profile, plan)


if __name__ == "__main__":
    sys.exit(main())
