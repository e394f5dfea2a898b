"""nginx as the one origin in front of the services."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Mapping
from pathlib import Path
from string import Template

from deploy.checks import StartError

_HERE = Path(__file__).parent


def find_nginx(environ: Mapping[str, str] = os.environ) -> str:
    """Return the nginx to run; raises StartError with the way out when there is none."""
    # Debian keeps nginx in sbin, which is not on the PATH of everyone.
    path = f"{environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin{os.pathsep}/usr/local/sbin"
    found = shutil.which("nginx", path=path)
    if found is None:
        raise StartError(
            "`make run-services` needs nginx as its edge: install the package nginx "
            "(Debian, Ubuntu: apt-get install nginx). `make run` does without."
        )
    return found


def render(folder: Path, listen: str, addresses: Mapping[str, str]) -> Path:
    """Write the configuration into `folder` and return its path.

    `addresses` maps each service to the `host:port` it listens on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    user = pwd.getpwuid(os.geteuid()).pw_name
    words = {
        # As root, nginx would give its workers to a user that cannot read this folder.
        "ART28_EDGE_USER": f"user {user};" if os.geteuid() == 0 else "",
        "ART28_EDGE_FOLDER": str(folder),
        "ART28_EDGE_LISTEN": listen,
        **{f"ART28_{name.upper()}_ADDRESS": address for name, address in addresses.items()},
    }
    for name in ("routes.conf", "nginx.conf"):
        template = Template((_HERE / f"{name}.template").read_text("utf-8"))
        # nginx's own $variables are not ours to fill in.
        (folder / name).write_text(template.safe_substitute(words), "utf-8")
    return folder / "nginx.conf"
