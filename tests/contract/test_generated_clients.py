"""Clients that tools of others make of the document do the main job: without a cast, checked
strictly, against a running installation."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.api_document.__main__ import FOLDER
from tests.instance import Instance, running_instance
from tests.node import TOOLS, must, needs_node

pytestmark = pytest.mark.slow
DOCUMENT = Path(FOLDER, "openapi.json").absolute()
CONFIG = Path("deploy/sdk/python/generator.yaml").absolute()
SCRIPT = Path(__file__).parent.parent / "generated" / "main_job.py"
SECONDS = 120
CAST = ("cast(", "type: ignore", "Any", " as ", "@ts-", "!.", ": any")


@pytest.fixture(scope="module")
def instance(mongo_url: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Instance]:
    with running_instance(mongo_url, mongo_client) as running:
        yield running


def program(*words: str, cwd: Path) -> str:
    """What a Python program prints; it has to end well, and must not warn."""
    command = [sys.executable, "-m", *words]
    ended = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def story(instance: Instance) -> list[str]:
    """What the script is told; ten days are too few, so it has to ask for the earliest day."""
    day = (instance.stack.now.date() + timedelta(days=10)).isoformat()
    return [instance.origin, day, *instance.words("tempus-serva"), *instance.words("nordbo")]


def did_the_main_job(printed: str, instance: Instance) -> None:
    change, gate, objections = printed.splitlines()
    assert change == "tempus-serva Postbud ApS announced"
    # Nobody can be reached who has neither an endpoint nor mail, and the gate says so.
    assert gate in ("not_notified None", "not_notified null")
    for word in ("location", "Not there.", "received"):
        assert word in objections


def test_openapi_python_client_makes_one_that_mypy_takes(
    instance: Instance, tmp_path: Path
) -> None:
    made = "art28_generated"
    words = ("generate", "--path", str(DOCUMENT), "--output-path", made, "--meta", "none")
    said = program("openapi_python_client", *words, "--config", str(CONFIG), cwd=tmp_path)
    assert "WARNING" not in said, said
    assert "Unable" not in said, said
    shutil.copy(SCRIPT, tmp_path)
    program("mypy", "--strict", "--cache-dir", "cache", SCRIPT.name, cwd=tmp_path)

    printed = program(SCRIPT.stem, *story(instance), cwd=tmp_path)

    did_the_main_job(printed, instance)


@needs_node
def test_openapi_fetch_takes_the_types_that_openapi_typescript_makes(
    instance: Instance, tmp_path: Path
) -> None:
    for name in ("main_job.ts", "tsconfig.json"):
        shutil.copy(TOOLS / name, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}', "utf-8")
    (tmp_path / "node_modules").symlink_to(TOOLS / "node_modules")
    must("openapi-typescript", str(DOCUMENT), "--output", "api.d.ts", cwd=tmp_path)
    must("tsc", "--project", ".", cwd=tmp_path)

    printed = must("node", "out/main_job.js", *story(instance), cwd=tmp_path)

    did_the_main_job(printed, instance)


@pytest.mark.parametrize("script", [SCRIPT, TOOLS / "main_job.ts"])
def test_the_script_casts_nothing(script: Path) -> None:
    text = script.read_text("utf-8").partition("import ")[2]
    imports = ("import datetime as dt",)
    lines = [line for line in text.splitlines() if not any(each in line for each in imports)]
    assert [line for line in lines if any(mark in line for mark in CAST)] == []
