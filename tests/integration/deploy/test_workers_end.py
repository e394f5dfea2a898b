"""A worker that is told to end does so, however often it is told."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.integration.notices.test_worker_killed import start_worker, until

# What it does is of no interest, only how it hears; it says when it begins to.
BUSY = """
import time
from deploy.worker import _run_until_signalled
from shared.loops import Loop

def work():
    print("ready", flush=True)
    time.sleep(0.3)
    return False

_run_until_signalled([Loop("busy", work, 0.01)])
"""


def test_it_works(mongod: str) -> None:
    worker = start_worker(mongod, "ending")
    until(lambda: catches(worker.pid, signal.SIGTERM))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0


def test_told_again_and_again_it_ends_all_the_same() -> None:
    for _ in range(10):
        with subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE) as worker:
            assert worker.stdout is not None
            worker.stdout.readline()
            end = time.monotonic() + 10
            while worker.poll() is None:
                worker.send_signal(signal.SIGTERM)
                if time.monotonic() > end:
                    worker.kill()
            assert worker.returncode == 0


def catches(pid: int, number: signal.Signals) -> bool:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (caught,) = (each.split()[1] for each in lines if each.startswith("SigCgt"))
    return bool(int(caught, 16) >> (number - 1) & 1)
