"""`make bench`: every benchmark in turn."""

from __future__ import annotations

import sys

from tests.benchmarks import bench_notices

if __name__ == "__main__":
    sys.exit(bench_notices.main())
