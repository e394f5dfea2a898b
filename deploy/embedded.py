"""`make run`: one mongod, the edge, two gunicorn with all six apps, two workers with all loops.

The four Python processes are forks of the supervisor, which imports once what all of them need.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from deploy import edge, launch
from deploy.checks import StartError
from deploy.forking import preload
from deploy.mongod import HOST
from deploy.probe import answers
from deploy.processes import READERS_NICE, common_settings, edge_process
from deploy.profile import PEERS, Profile
from deploy.supervisor import WORKER_STOPS, Process

SENDING = (
    "notices.fanout",
    "notices.dispatcher",
    "notices.mail",
    "notices.escalation",
    "identity.mail",
    "agreements.relay",
    "registry.relay",
)
JOBS = (
    "registry.imports",
    "registry.clock",
    "agreements.clock",
    "agreements.imports",
    "agreements.rollouts",
    "identity.customers",
    "notices.retention",
)
MOUNTED = ("identity", "agreements", "registry", "notices", "portal")
WEB = ("gunicorn", "--config", "deploy/gunicorn.conf.py", "deploy.wsgi:application")
MODULES = (
    "gunicorn.app.wsgiapp",
    "deploy.web_worker",
    "deploy.worker",
    "deploy.wsgi",
    *(f"services.{name}.app" for name in (*MOUNTED, "public")),
    *(f"services.{name}.tasks" for name in ("identity", "agreements", "registry", "notices")),
)


def processes(profile: Profile) -> list[Process]:
    """Return the five processes beside MongoDB, the edge first: it needs nobody to start.

    Who sends is not beside what customers and vendors can make large (decision 0030), and what
    visitors can make large is not beside what must answer at once (decision 0032).
    """
    port = apps_port(profile)
    settings = common_settings(dict.fromkeys(PEERS, port))
    ports = {**dict.fromkeys((*MOUNTED, "public"), port), "readers": port + 1}
    return [
        edge_process(profile, ports),
        _web("web", port, settings),
        _web("readers", port + 1, {**settings, "ART28_NICE": READERS_NICE}),
        _python("worker", ("deploy.worker", *SENDING), settings, stop_seconds=WORKER_STOPS),
        _python("worker-jobs", ("deploy.worker", *JOBS), settings, stop_seconds=WORKER_STOPS),
    ]


def _web(name: str, port: int, settings: Mapping[str, str]) -> Process:
    paths = ["/readyz", *(f"/{service}/readyz" for service in MOUNTED)]
    settings = {**settings, "ART28_BIND": f"{HOST}:{port}"}
    return _python(name, WEB, settings, ready=answers(HOST, port, paths))


def _python(name: str, words: Sequence[str], settings: Mapping[str, str], **more: Any) -> Process:
    return Process(name, (sys.executable, "-m", *words), settings, forked=True, **more)


def _preloaded(profile: Profile) -> list[Process]:
    preload(MODULES)
    return processes(profile)


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
        processes=lambda: _preloaded(profile),
        ports=[
            (profile.port, "the edge"),
            (apps_port(profile), "the apps"),
            (apps_port(profile) + 1, "the readers of lists"),
        ],
        # The edge may have a certificate for another name than the address of this machine.
        sample=(*launch.SAMPLE, "--at", f"http://{HOST}:{apps_port(profile)}"),
    )
    return launch.run(profile, plan)


if __name__ == "__main__":
    sys.exit(main())
