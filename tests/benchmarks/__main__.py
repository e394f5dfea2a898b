"""Every benchmark in turn, and one table of all figures at the end: `make bench`.

    python -m tests.benchmarks [notices peers ...] [--full]

Without names, all. ``--full``: the sizes of the goals, with repeats; an hour instead of minutes.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from importlib import import_module
from types import ModuleType

from tests.benchmarks.figures import Figure, end_when_told, say, table

# What costs a notice first, then what may not disturb it, then the rest of the product.
NAMES = (
    "notices",
    "peers",
    "dispatchers",
    "mix",
    "slow",
    "idle",
    "resting",
    "registry",
    "agreements",
    "todo",
    "customers",
)
FAILED = "failed, see above"


def main() -> int:
    """0 when all came to their ends, whether or not goals were reached."""
    parser = argparse.ArgumentParser(
        prog="make bench ARGS=...",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--full", action="store_true")
    wanted = parser.parse_args()
    if unknown := set(wanted.names) - set(NAMES):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}: {', '.join(NAMES)}")
    end_when_told()
    modules = [import_module(f"tests.benchmarks.bench_{n}") for n in wanted.names or NAMES]
    minutes = sum(each.MINUTES for each in modules)
    say(f"{len(modules)} benchmarks, {'an hour' if wanted.full else f'about {minutes:.0f} min'}")
    begun = time.monotonic()
    figures = [each for module in modules for each in _run(module, full=wanted.full)]
    say(f"\nMeasured in {(time.monotonic() - begun) / 60:.1f} min\n\n{table(figures)}")
    return 1 if any(each.measured == FAILED for each in figures) else 0


def _run(module: ModuleType, *, full: bool) -> list[Figure]:
    """Its figures; one that fails must not take those of the others with it."""
    say(f"\n{(module.__doc__ or '').splitlines()[0]} ({module.MINUTES:g} min)")
    try:
        found: list[Figure] = module.main(module.FULL if full else ())
    except Exception:  # noqa: BLE001  Whatever it is, it is shown, and counts as not reached.
        traceback.print_exc()
        return [Figure(module.__name__.rpartition(".")[2], FAILED, reached=False)]
    return found


if __name__ == "__main__":
    sys.exit(main())
