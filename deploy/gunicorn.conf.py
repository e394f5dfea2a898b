"""Gunicorn, the same in every profile; the settings that differ come from the environment.

One worker process with threads: the apps wait for MongoDB most of the time, and one process per
service keeps metrics and in-process calls simple. The app is loaded after the fork (no preload):
a MongoClient must not be shared between processes.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.collector import tune_gc
from deploy.niceness import give_way
from deploy.parent_death import end_with

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

bind = os.environ.get("ART28_BIND", "127.0.0.1:8280")
threads = int(os.environ.get("ART28_THREADS", "32"))
workers = 1
worker_class = "deploy.web_worker.Worker"
# Services name each other thousands of ids in one address; the edge lets 4,000 characters through.
limit_request_line = 0
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a heartbeat file
timeout = 60
graceful_timeout = 8
# Longer than the edge keeps an idle connection (60 s): the edge must be the one to close it, or it
# could send a request into a connection that is just being closed.
keepalive = 75
max_requests = 0
accesslog = None  # The apps log each request themselves, with its id and without personal data.
errorlog = "-"
loglevel = "warning"
logger_class = "deploy.server_log.Log"
control_socket_disable = True
forwarded_allow_ips = "127.0.0.1,::1"


def on_starting(server: Arbiter) -> None:  # noqa: ARG001 - gunicorn's hook
    """Stop the start with one line when a setting is wrong.

    A worker would show it in the middle of a traceback. A child process reads the settings, because
    the master would keep all their modules in memory.
    """
    child = os.fork()
    if child == 0:
        os._exit(settings_code())
    if os.waitpid(child, 0)[1] != 0:
        sys.exit(1)


def settings_code() -> int:
    """Return 0, or 1 after one line that names the setting that is wrong."""
    from deploy import wsgi
    from shared.settings import SettingsError

    try:
        wsgi.read_settings()
    except (SettingsError, ValueError) as error:
        print(f"art28: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


def post_fork(server: Arbiter, worker: Worker) -> None:  # noqa: ARG001 - gunicorn's hook
    """Tie the worker to its master, so that none stays when the master is killed."""
    end_with(worker.ppid, signal.SIGKILL)
    # A request that computes yields ten times as often as by default (5 ms): requests that need
    # the interpreter briefly, several times over, wait less for it.
    sys.setswitchinterval(0.0005)


def post_worker_init(worker: Worker) -> None:  # noqa: ARG001 - gunicorn's hook
    """Tune garbage collection once the apps are loaded, and give way to other processes from now
    on: before, the start would wait for a machine that others use."""
    tune_gc()
    give_way(int(os.environ.get("ART28_NICE") or "0"))
