"""The course of both local profiles: check, start, load sample data once, watch, stop."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from deploy import mongod
from deploy.checks import StartError, lock, require_free_port, require_writable
from deploy.profile import ROOT, Profile
from deploy.supervisor import Process, Supervisor

# While this file exists, the first start has not come to its end: the next one begins anew.
_UNFINISHED = "first-start-unfinished"


def say(line: str = "") -> None:
    """Print a line at once, also into a pipe; a closed terminal must not prevent a clean stop."""
    with suppress(OSError):
        print(line, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Show that a step has begun, then how long it took."""
    begun = time.monotonic()
    print(f"  {text + ' ':.<34}", end=" ", flush=True)
    try:
        yield
    except BaseException:
        say("not done")
        raise
    say(f"{time.monotonic() - begun:.1f} s")


SAMPLE = (sys.executable, "-m", "deploy.seed")


@dataclass(frozen=True)
class Plan:
    """What one profile starts beside MongoDB."""

    title: str
    # Called once the database runs and the keys exist.
    processes: Callable[[], Sequence[Process]]
    # The ports they will listen on, each with its purpose.
    ports: Sequence[tuple[int, str]]
    # Loads the sample data into an empty database.
    sample: tuple[str, ...] = SAMPLE


def run(profile: Profile, plan: Plan) -> int:
    """Run a profile until a stop is requested; the exit code is 0, or 1 after one clear line."""
    signals, failure = _StopSignals(), ""
    try:
        with _held(profile, plan) as supervisor:
            signals.stop(supervisor)
            try:
                _start(profile, plan, supervisor)
                supervisor.watch()
            finally:
                say("Stopping ...")
                supervisor.stop()
                say("Stopped.")
    except StartError as error:
        failure = str(error)
    except KeyboardInterrupt:
        pass
    if failure:
        # Last, so that the reason stands at the end of the screen.
        print(f"art28: {failure}", file=sys.stderr, flush=True)
    return 1 if failure else 0


@contextmanager
def _held(profile: Profile, plan: Plan) -> Iterator[Supervisor]:
    """Check everything, lock the data folder, and yield the supervisor."""
    if not profile.mongo_url:
        mongod.find_binary()
    require_writable(profile.var)
    with closing(lock(profile.var)):
        for port, purpose in plan.ports:
            require_free_port(profile.host, port, purpose)
        for port in profile.mongo_ports:
            require_free_port(mongod.HOST, port, "MongoDB")
        environment = profile.environment(os.environ, profile.mongo_url)
        yield Supervisor(root=ROOT, logs=profile.logs, environment=environment, say=say)


def _start(profile: Profile, plan: Plan, supervisor: Supervisor) -> None:
    begun = time.monotonic()
    say(f"Art28, {plan.title}")
    fresh = _start_database(profile, supervisor)
    _start_services(supervisor, plan.processes())
    if fresh and profile.sample:
        _load_sample_data(profile, plan, supervisor)
    _show(profile, time.monotonic() - begun)


class _StopSignals:
    """Ctrl-C, SIGTERM and SIGHUP request a clean stop of a supervisor; without one, they end us."""

    def __init__(self) -> None:
        self._supervisor: Supervisor | None = None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._handle)

    def stop(self, supervisor: Supervisor) -> None:
        """From now on the signals stop `supervisor`."""
        self._supervisor = supervisor

    def _handle(self, *_: object) -> None:
        if self._supervisor is None:
            raise KeyboardInterrupt
        self._supervisor.stop_wanted.set()


def _start_database(profile: Profile, supervisor: Supervisor) -> bool:
    """Start MongoDB, or reach the one named; return whether the sample data is still missing."""
    words = [sys.executable, "-m", "deploy.replica"]
    unfinished = profile.var / _UNFINISHED
    with step("MongoDB"):
        if profile.mongo_ports:
            words += ["--members", ",".join(_start_members(profile, supervisor))]
            words += ["--discard"] if unfinished.exists() else []
        state = supervisor.run_once("database", words)
        if state == "filled" and unfinished.exists():
            # A database that is not ours must not be dropped.
            raise StartError(
                "The first start on the database of ART28_MONGO_URL was interrupted. Drop its "
                f"databases art28_*, or remove {_short(unfinished)} to use them as they are."
            )
    if state == "empty" and profile.sample:
        unfinished.touch()
    return state == "empty"


def _start_members(profile: Profile, supervisor: Supervisor) -> list[str]:
    for index, port in enumerate(profile.mongo_ports):
        supervisor.start(_member(profile, f"mongo-{index}", port))
    supervisor.wait_ready(60)
    members = mongod.members_of(profile.mongo_ports)
    supervisor.set_environment({"ART28_MONGO_URL": mongod.url(members)})
    return members


def _member(profile: Profile, name: str, port: int) -> Process:
    folder, log = profile.var / name, profile.logs / f"{name}.log"
    folder.mkdir(parents=True, exist_ok=True)
    return Process(
        name=name,
        command=mongod.command(mongod.find_binary(), folder, port),
        ready=lambda: mongod.accepts(port),
        explain=lambda code: mongod.why_it_stopped(log, code),
        vital=True,
        stop_seconds=20.0,
    )


def _start_services(supervisor: Supervisor, processes: Sequence[Process]) -> None:
    with step("Services and loops"):
        for process in processes:
            supervisor.start(process)
        supervisor.wait_ready(90)


def _load_sample_data(profile: Profile, plan: Plan, supervisor: Supervisor) -> None:
    with step("Sample data, once"):
        supervisor.run_once("sample-data", plan.sample)
    (profile.var / _UNFINISHED).unlink()


def _show(profile: Profile, seconds: float) -> None:
    say()
    say(f"Ready after {seconds:.1f} s.")
    say()
    if profile.sample:
        say(f"  Public page   {profile.origin}/p/tempus-serva")
    say(f"  API           {profile.origin}/docs")
    if profile.sample:
        say(f"  Credentials   {_short(profile.var / 'demo.json')}")
    else:
        say("  First person  make admin EMAIL=you@example.com")
    say(f"  Logs          {_short(profile.logs)}/")
    say()
    say(f"Ctrl-C stops it. The data stays in {_short(profile.var)}/.")


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
