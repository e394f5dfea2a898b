"""Every benchmark in turn, and one table of all figures at the end: `make bench`.

    python -m tests.benchmarks [notices peers ...] [--full]

Without names, all. ``--full``: the sizes of the goals, with repeats; an hour instead of minutes.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from importlib import import_module

from tests.benchmarks.figures import Figure, say, table

# What costs a notice first, then what may not disturb it, then the rest of the product.
NAMES = ("notices", "peers", "dispatchers", "mix", "slow", "idle", "registry", "agreements")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *NAMES], metavar="NAME")
    parser.add_argument("--full", action="store_true")
    wanted = parser.parse_args()
    # Whatever was started must end with us, also when we are told to stop.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    figures: list[Figure] = []
    modules = [import_module(f"tests.benchmarks.bench_{n}") for n in wanted.names or NAMES]
    minutes = sum(each.MINUTES for each in modules)
    say(f"{len(modules)} benchmarks, {'an hour' if wanted.full else f'about {minutes:.0f} min'}")
    begun = time.monotonic()
    for module in modules:
        say(f"\n{(module.__doc__ or '').splitlines()[0]} ({module.MINUTES:g} min)")
        figures += module.main(module.FULL if wanted.full else ())
    say(f"\nMeasured in {(time.monotonic() - begun) / 60:.1f} min\n\n{table(figures)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
