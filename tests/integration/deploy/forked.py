"""A child that does what its words say, in this order: `python -m ... show sleep`."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path


def show() -> None:
    handler = signal.getsignal(signal.SIGTERM)
    told = "default" if handler is signal.SIG_DFL else str(handler)
    print(
        f"words {sys.argv[1:]} told {os.environ['TOLD']} group {os.getpgrp()} handler {told}"
        f" files {' '.join(map(str, open_files()))}"
    )
    print("shown")


def open_files() -> list[int]:
    found = []
    for number in [int(each.name) for each in Path("/dev/fd").iterdir()]:
        with suppress(OSError):
            os.fstat(number)
            found.append(number)
    return sorted(found)


def main() -> None:
    for word in sys.argv[1:]:
        if word == "show":
            show()
        elif word == "sleep":
            time.sleep(600)
        elif word == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif word == "exit":
            sys.exit(3)
        elif word == "say":
            sys.exit("the reason")
        else:
            raise ValueError("a fault")


if __name__ == "__main__":
    main()
