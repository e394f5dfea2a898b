"""What gunicorn's master says, in the form of all other lines; its workers log as the apps do."""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime

from gunicorn.config import Config
from gunicorn.glogging import Logger


class Lines(logging.Formatter):
    """One JSON object a line. The master loads no library for it: what it holds, it holds twice."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the event ``server.logged``, with the trace of an error."""
        members = {
            "event": "server.logged",
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            members["exception"] = self.formatException(record.exc_info)
        return json.dumps(members)


class Log(Logger):
    """Gunicorn's log; as text where the settings say so."""

    def setup(self, cfg: Config) -> None:
        """Take gunicorn's handlers and change their form."""
        super().setup(cfg)
        if os.environ.get("ART28_LOG_FORMAT", "json") != "text":
            for handler in self.error_log.handlers:
                handler.setFormatter(Lines())
