"""Logs are events with fields, ``noun.verb``: ids yes, personal data and secrets no."""

from __future__ import annotations

import logging
import sys
from typing import TextIO, cast

import structlog
from prometheus_client import Counter
from structlog.typing import EventDict, WrappedLogger

from shared.safe_text import terminal

DROPPED = Counter("art28_log_lines_dropped", "Lines of the log that could not be written.")


class Unfailing:
    """A stream that drops what cannot be written: a full disk must not be whoever's error it is
    that happens to say something. The first line that is taken again is told how many were not."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._dropped = stream, 0

    def write(self, text: str) -> None:
        try:
            if self._dropped:
                self._stream.write(f"{self._dropped} lines before this one were not written.\n")
                self._dropped = 0
            self._stream.write(text)
            self._stream.flush()
        # A stream may be closed (ValueError), or hold characters back that the disk did not take.
        except (OSError, ValueError):
            self._dropped += 1
            DROPPED.inc()

    def flush(self) -> None:
        """All is written already."""


def configure(level: str, form: str) -> None:
    """Write one event a line to standard error, as JSON or, for people, as text."""
    render = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            *([] if form == "json" else [one_line_each]),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", Unfailing(sys.stderr))),
        cache_logger_on_first_use=True,
    )


def one_line_each(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """As JSON does by itself: no name can begin a line or send an escape to the screen. Lines of
    a trace are marked, for its last one may quote a name."""
    trace = event.pop("exception", None)
    safe = {name: terminal(it) if isinstance(it, str) else it for name, it in event.items()}
    if trace is not None:
        safe["exception"] = "\n".join(f"  | {terminal(each)}" for each in trace.split("\n"))
    return safe
