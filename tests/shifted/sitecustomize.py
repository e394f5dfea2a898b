"""Shifts the clock of every Python process that is started with this folder on its PYTHONPATH.

Python imports a module of this name by itself when it starts, in children and grandchildren, too.
The product knows nothing of this: what it and its libraries read is the shifted clock.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta

if "SHIFTED_BY_SECONDS" in os.environ:
    # It would load pytest, too, in every process, which takes longer than all else here.
    sys.modules["pytest"] = None  # type: ignore[assignment]
    import time_machine

    del sys.modules["pytest"]
    time_machine.travel(timedelta(seconds=float(os.environ["SHIFTED_BY_SECONDS"]))).start()
    time.time()  # The shifted clock runs from when it is first read.
