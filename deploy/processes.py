"""`make run-services`: each service and loop its own process behind the edge, on three mongod."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from deploy import edge, launch
from deploy.checks import StartError
from deploy.mongod import HOST, accepts
from deploy.probe import answers, reached_by
from deploy.profile import PEERS, Profile
from deploy.supervisor import WORKER_STOPS, Process

PROCFILE = Path(__file__).parent / "Procfile"
# A third of what another process gets when all want the processor.
READERS_NICE = "5"
_ASSIGNMENT = re.compile(r"[A-Z][A-Z0-9_]*=")


@dataclass(frozen=True)
class Line:
    """One line of the Procfile: `name: [VARIABLE=value ...] command`."""

    name: str
    environment: Mapping[str, str]
    command: tuple[str, ...]

    @property
    def is_web(self) -> bool:
        return "ART28_APPS" in self.environment


def parse(text: str) -> list[Line]:
    """Read a Procfile. Raises ValueError for a line of another form, or a name used twice."""
    lines = [_line(line) for line in text.splitlines() if line.strip() and line[0] != "#"]
    if len({line.name for line in lines}) != len(lines):
        raise ValueError("A name occurs twice in the Procfile.")
    return lines


def _line(text: str) -> Line:
    name, colon, rest = text.partition(":")
    words = shlex.split(rest)
    environment = {}
    while words and _ASSIGNMENT.match(words[0]):
        key, _, value = words.pop(0).partition("=")
        environment[key] = value
    if not colon or not words:
        raise ValueError(f"Not a line of a Procfile: {text!r}")
    return Line(name.strip(), environment, tuple(words))


def addresses(profile: Profile, lines: Sequence[Line]) -> dict[str, int]:
    """Return the port of each service: the ones above the edge's, in the Procfile's order."""
    names = [line.name for line in lines if line.is_web]
    return {name: profile.port + index for index, name in enumerate(names, start=1)}


def processes(profile: Profile, lines: Sequence[Line]) -> list[Process]:
    """Return all processes beside MongoDB, the edge first: it depends on none."""
    ports = addresses(profile, lines)
    made = [from_line(line, ports, common_settings(ports)) for line in lines]
    return [edge_process(profile, ports), *made]


def edge_process(profile: Profile, ports: Mapping[str, int]) -> Process:
    """Return the process of the edge; `ports` by service."""
    services = {name: f"{HOST}:{port}" for name, port in ports.items()}
    return Process(
        name="edge",
        command=(sys.executable, *edge.COMMAND[1:]),
        environment=edge.addresses(services),
        ready=lambda: accepts(profile.port, reached_by(profile.host)),
    )


def common_settings(ports: Mapping[str, int]) -> dict[str, str]:
    """Return the settings of every process: where its peers are, and that an edge is in front."""
    peers = {f"ART28_{name.upper()}_URL": f"http://{HOST}:{ports[name]}/{name}" for name in PEERS}
    # The edge sets the headers that name the client, and overwrites those the client sent.
    return {**peers, "ART28_TRUSTED_PROXIES": "1", "ART28_METRICS_FROM": "127.0.0.0/8"}


def readiness_path(service: str) -> str:
    """Return the path of a readiness check; `public` is mounted at the root, and that is all that
    `readers` are asked for."""
    return "/readyz" if service in ("public", "readers") else f"/{service}/readyz"


def from_line(line: Line, ports: Mapping[str, int], peers: Mapping[str, str]) -> Process:
    """Return the process of one line; `ports` by service, `peers` as environment."""
    python = sys.executable
    command = tuple(python if word == "python" else word for word in line.command)
    environment = {**peers, **line.environment}
    made = Process(name=line.name, command=command, environment=environment)
    if not line.is_web:
        return replace(made, stop_seconds=WORKER_STOPS)
    port = ports[line.name]
    return replace(
        made,
        environment={**environment, "ART28_BIND": f"{HOST}:{port}"},
        ready=answers(HOST, port, [readiness_path(line.name)]),
    )


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Run the services profile; the exit code is 0, or 1 after one clear line."""
    try:
        edge.check(environ)
        # A folder of its own: its databases are not those of `make run`.
        profile = Profile.from_env(environ, var="var/services", members=3)
    except StartError as error:
        print(f"art28: {error}", file=sys.stderr)
        return 1
    lines = parse(PROCFILE.read_text("utf-8"))
    services = addresses(profile, lines).items()
    plan = launch.Plan(
        title="each service and loop its own process",
        processes=lambda: processes(profile, lines),
        ports=[(profile.port, "the edge"), *((port, name) for name, port in services)],
    )
    return launch.run(profile, plan)


if __name__ == "__main__":
    sys.exit(main())
