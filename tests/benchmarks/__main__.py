"""`make bench`: every benchmark in turn; each can be run by itself, with its own options."""

from __future__ import annotations

import sys

from tests.benchmarks import bench_idle, bench_mix, bench_notices, bench_peers

if __name__ == "__main__":
    for each in (bench_notices, bench_peers, bench_mix, bench_idle):
        print(f"\n{(each.__doc__ or '').splitlines()[0]}", flush=True)
        each.main()
    sys.exit(0)
