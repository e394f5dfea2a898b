"""What every process does before it serves: configure its log, and say that it has started."""

from __future__ import annotations

import os
from collections.abc import Sequence

import structlog

from shared import logs
from shared.settings import Common


def prepare(serves: Sequence[str], common: Common) -> None:
    """Send all that this process logs, our own events and those of libraries, the way the
    settings say. ``serves``: its apps (`registry`) or loops (`registry.clock`)."""
    logs.configure(common.log_level, common.log_format)
    structlog.get_logger().info("process.started", pid=os.getpid(), serves=list(serves))
