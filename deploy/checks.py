"""Checks before anything is started; each failure is one line."""

from __future__ import annotations

import base64
import fcntl
import os
import secrets
import signal
import socket
from pathlib import Path
from typing import TextIO


class StartError(Exception):
    """Art28 cannot start; the message is the one line that the user sees."""


def how_it_ended(exit_code: int) -> str:
    """Return how a process ended: `exit code 3`, or `signal SIGKILL` for -9."""
    if exit_code >= 0:
        return f"exit code {exit_code}"
    return f"signal {signal.Signals(-exit_code).name}"


def yes_or_no(name: str, text: str) -> bool:
    """Return whether ``text`` says yes. Raises ``StartError`` unless it is yes or no."""
    if text not in ("yes", "no"):
        raise StartError(f"{name} is yes or no, not {text!r}.")
    return text == "yes"


def port_from(text: str, name: str = "ART28_PORT") -> int:
    """Read a port number; room for the ports of the services above it is part of the range."""
    if not text.isdecimal() or not 1 <= int(text) <= 65_500:
        raise StartError(f"{name} must be a port number from 1 to 65500, not {text!r}.")
    return int(text)


def require_free_port(host: str, port: int, purpose: str) -> None:
    """Raise StartError when the port is in use, or the host is no address of this machine."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Connections of an earlier run may linger in TIME_WAIT; they do no harm.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except PermissionError:
            raise StartError(
                f"Port {port} ({purpose}) needs more rights than you have; "
                "choose one above 1023: ART28_PORT=8280."
            ) from None
        except OSError as error:
            raise StartError(
                f"Port {port} on {host} ({purpose}) cannot be used: {error.strerror}. "
                "Stop what listens there, or choose other ports: ART28_PORT=8380."
            ) from None


def require_writable(folder: Path) -> None:
    """Make the folder if it is missing; raise StartError when it cannot be written."""
    trial = folder / f".trial-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial.write_bytes(b"")
        trial.unlink()
    except OSError as error:
        raise StartError(
            f"The data folder {folder} cannot be written: {error.strerror}. "
            "Correct its rights, or choose another: ART28_VAR=/path/to/folder."
        ) from None


def lock(folder: Path) -> TextIO:
    """Hold the folder for this process until the returned file is closed or the process ends."""
    holder = (folder / "lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder.seek(0)
        pid = holder.read().strip() or "unknown"
        holder.close()
        raise StartError(
            f"Art28 already runs on the data folder {folder} (process {pid}). "
            "Stop it, or choose another folder and port: ART28_VAR=var2 ART28_PORT=8380."
        ) from None
    holder.truncate(0)
    holder.write(str(os.getpid()))
    holder.flush()
    return holder


def ensure_key(path: Path) -> Path:
    """Write 32 random bytes (base64, one line) into a file of mode 0600, once."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(32)) + b"\n")
    return path
