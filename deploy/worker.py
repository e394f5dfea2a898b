"""Runs the services' loops: `python -m deploy.worker [SERVICE.LOOP ...]`, all when none is named.

SIGTERM lets every loop finish its round. `--list` prints the names of all loops.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from importlib import import_module

from deploy.collector import tune_gc
from shared import metrics
from shared.loops import Loop, run
from shared.process import prepare
from shared.settings import Common, SettingsError, reader, whole_number

SERVICES = ("identity", "agreements", "registry", "notices")
MOST_PORT = 65_535
_ENDS = (signal.SIGTERM, signal.SIGINT)


def all_loops(services: tuple[str, ...] = SERVICES) -> dict[str, Loop]:
    """Return the loops of the services by name (`<service>.<loop>`)."""
    loops: dict[str, Loop] = {}
    for service in services:
        settings = import_module(f"services.{service}.settings").Settings.from_env()
        for loop in import_module(f"services.{service}.tasks").loops(settings):
            loops[loop.name] = loop
    return loops


def chosen_loops(names: list[str]) -> list[Loop]:
    """Return the loops of these names, or all. Raises KeyError for an unknown one."""
    concerned = tuple(s for s in SERVICES if not names or any(n.startswith(f"{s}.") for n in names))
    known = all_loops(concerned)
    return [known[name] for name in names or known]


def main() -> int:
    """Run until SIGTERM or SIGINT; the exit code is 2 for an unknown loop, and 1, after one line,
    for a setting that is wrong."""
    parser = argparse.ArgumentParser(prog="python -m deploy.worker")
    parser.add_argument("names", nargs="*", metavar="SERVICE.LOOP")
    parser.add_argument("--list", action="store_true", help="print the names of all loops")
    wanted = parser.parse_args()
    try:
        if wanted.list:
            print("\n".join(all_loops()))
            return 0
        show_metrics()
        loops = chosen_loops(wanted.names)
    except SettingsError as error:
        print(f"art28: {error}", file=sys.stderr)
        return 1
    except KeyError as error:
        print(f"No loop is called {error.args[0]}; see --list.", file=sys.stderr)
        return 2
    prepare([loop.name for loop in loops], Common.from_env())
    _run_until_signalled(loops)
    return 0


def show_metrics() -> None:
    """Show the metrics of this process on the port of the settings; SettingsError if it is taken.

    This comes before the loops: a port in use stops the start before anything has begun.
    """
    name = "ART28_WORKER_METRICS_PORT"
    port = whole_number(reader(), name, 0)
    if not 0 <= port <= MOST_PORT:
        raise SettingsError(f"{name} is 0 to {MOST_PORT}, not {port}.")
    try:
        metrics.serve(port)
    except OSError as error:
        raise SettingsError(f"{name}: port {port} cannot be used: {error.strerror}.") from error


def _run_until_signalled(loops: list[Loop]) -> None:
    stop = threading.Event()

    def end(*_: object) -> None:
        # A second signal while the first holds the lock of the event would wait for it forever:
        # the same thread handles both.
        for other in _ENDS:
            signal.signal(other, signal.SIG_IGN)
        stop.set()

    for number in _ENDS:
        signal.signal(number, end)
    tune_gc()
    run(loops, stop)


if __name__ == "__main__":
    sys.exit(main())
