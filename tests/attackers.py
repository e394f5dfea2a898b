"""Visitors who ask for what is expensive, in a process of their own, as if on other machines.

    python -m tests.attackers ORIGIN FORM COUNT [--hang-up]

asks until its input ends, then prints how often each status came, as JSON. FORM is the address
with ``{n}`` or ``{day}`` where each question names something else. It lets all others go first:
what visitors compute on their own machines takes no time from ours.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from deploy.niceness import give_way
from deploy.profile import ROOT

NICE = 10
# Sooner than Retry-After says; without any pause they would be a flood, which the limit per
# address is for.
PAUSE_SECONDS = 0.25
# After so long, a visitor of those who hang up has gone.
GONE_SECONDS = 0.05
PATIENCE_SECONDS = 30
Tally = Counter[str]


@contextmanager
def attackers(origin: str, form: str, count: int, tally: Tally, *more: str) -> Iterator[None]:
    """So many visitors ask for this form again and again; at the end, `tally` has the statuses."""
    command = [sys.executable, "-m", "tests.attackers", origin, form, str(count), *more]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            assert process.stdout.readline() == b"asking\n"
            yield
        finally:
            process.stdin.close()
            tally.update(json.loads(process.stdout.read()))


def ask(origin: str, path: str, *, hang_up: bool) -> str:
    """Return the status of one answer, read to its end, or what went wrong."""
    parts = urlsplit(origin)
    patience = GONE_SECONDS if hang_up else PATIENCE_SECONDS
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=patience)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()
    with_pause = answer.status == 503 and answer.headers["Retry-After"]
    if with_pause:
        time.sleep(PAUSE_SECONDS)
    return str(answer.status) if with_pause or answer.status != 503 else "503 without Retry-After"


def paths(form: str) -> Iterator[str]:
    """Return addresses of this form, each with another number and day."""
    for n in itertools.count():
        yield form.format(n=n, day=f"20{n % 20 + 10}-{n % 12 + 1:02}-{n % 28 + 1:02}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("origin")
    parser.add_argument("form")
    parser.add_argument("count", type=int)
    parser.add_argument("--hang-up", action="store_true")
    told = parser.parse_args()
    give_way(NICE)
    stop, tally, to_ask, lock = (
        threading.Event(),
        Counter[str](),
        paths(told.form),
        threading.Lock(),
    )

    def insist() -> None:
        while not stop.is_set():
            with lock:
                path = next(to_ask)
            status = ask(told.origin, path, hang_up=told.hang_up)
            with lock:
                tally[status] += 1

    threads = [threading.Thread(target=insist, daemon=True) for _ in range(told.count)]
    for thread in threads:
        thread.start()
    print("asking", flush=True)
    sys.stdin.read()
    stop.set()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    with suppress(BrokenPipeError), lock:
        print(json.dumps(tally), flush=True)


if __name__ == "__main__":
    main()
