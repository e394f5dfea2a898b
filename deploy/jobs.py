"""Lists the failed jobs of loops, and has them tried again at once.

    python -m deploy.jobs                       one line for each, those set aside first
    python -m deploy.jobs revive LOOP [JOB]     all of a loop, or one

It reads ART28_MONGO_URL (by default the database of the local profile at ART28_PORT) and
ART28_DB_PREFIX.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

from pymongo.errors import PyMongoError

from deploy.checks import StartError
from deploy.profile import Profile
from deploy.replica import first_words
from deploy.worker import SERVICES
from shared.failures import FailedJob, FailedJobs
from shared.mongo import Mongo, connect


def main(words: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Run as a program; the exit code is 0, 1 when there is no such job, 2 when it cannot look."""
    parser = argparse.ArgumentParser(prog="python -m deploy.jobs")
    commands = parser.add_subparsers(dest="command")
    reviving = commands.add_parser("revive", help="have failed jobs tried again at once")
    reviving.add_argument("loop")
    reviving.add_argument("job", nargs="?")
    wanted = parser.parse_args(words)
    try:
        databases = [FailedJobs(database) for database in _databases(environ)]
        if wanted.command == "revive":
            return _revive(databases, wanted.loop, wanted.job)
        return _show(databases)
    except StartError as error:
        why = str(error)
    except PyMongoError as error:
        why = f"MongoDB cannot be used: {first_words(error)}"
    print(f"art28: {why}", file=sys.stderr)
    return 2


def _databases(environ: Mapping[str, str]) -> list[Mongo]:
    address = Profile.from_env(environ, var="var", members=1).database_url
    prefix = environ.get("ART28_DB_PREFIX") or "art28"
    return [connect(address, f"{prefix}_{service}") for service in SERVICES]


def _show(databases: Sequence[FailedJobs]) -> int:
    failed = [job for database in databases for job in database.all()]
    for job in sorted(failed, key=lambda job: (not job.is_set_aside, job.loop, job.job)):
        print(_line(job))
    if not failed:
        print("No job has failed.")
    return 0


def _line(job: FailedJob) -> str:
    state = f"again at {job.retry_at:%Y-%m-%dT%H:%M:%SZ}" if job.retry_at else "set aside"
    # An error may quote text of others: keep it on one line, without control characters.
    error = "".join(letter if letter.isprintable() else " " for letter in job.error)
    return f"{job.loop}  {job.job}  {state}  {job.failures} failures  {error}"


def _revive(databases: Sequence[FailedJobs], loop: str, job: str | None) -> int:
    revived = sum(database.revive(loop, job) for database in databases)
    print(f"{revived} revived.")
    return 0 if revived else 1


if __name__ == "__main__":
    sys.exit(main())
