"""Logs are events with fields, ``noun.verb``: ids yes, personal data and secrets no."""

from __future__ import annotations

import logging
import sys
from typing import TextIO, cast

import structlog
from prometheus_client import Counter
from structlog.typing import EventDict, Processor, WrappedLogger

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
    """Write one event a line to standard error, as JSON or, for people, as text.

    What libraries log by ``logging`` takes the same way, as the event ``library.logged``, from
    warnings on. May be called again.
    """
    stream = cast("TextIO", Unfailing(sys.stderr))
    structlog.configure(
        processors=[*_FIRST, *_last(form)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_FIRST, _of_library],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_last(form)],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # Gunicorn writes to handlers of its own.
    server = logging.getLogger("gunicorn.error")
    server.handlers, server.propagate = [], True


_FIRST: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def _last(form: str) -> list[Processor]:
    trace = structlog.processors.format_exc_info
    if form == "json":
        return [trace, structlog.processors.JSONRenderer()]
    return [trace, one_line_each, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]


def _of_library(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Name the event; what the library says is text and follows no form."""
    record = event["_record"]
    event["message"], event["event"] = event["event"], "library.logged"
    event["logger"] = record.name
    return event


def one_line_each(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """As JSON does by itself: no name can begin a line or send an escape to the screen. Lines of
    a trace are marked, for its last one may quote a name."""
    trace = event.pop("exception", None)
    safe = {name: terminal(it) if isinstance(it, str) else it for name, it in event.items()}
    if trace is not None:
        safe["exception"] = "\n".join(f"  | {terminal(each)}" for each in trace.split("\n"))
    return safe
