"""What is installed is fixed to the version, and nothing says where it is fetched from."""

from __future__ import annotations

import re
import tomllib

from deploy.profile import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PINS = [
    line
    for line in (ROOT / "deploy/constraints.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def test_every_line_is_a_name_and_an_exact_version() -> None:
    assert [pin for pin in PINS if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", pin)] == []


def test_every_direct_dependency_is_pinned() -> None:
    pinned = {pin.split("==")[0] for pin in PINS}
    wanted = [
        re.split(r"[\[=;<> ]", requirement)[0]
        for requirement in PROJECT["dependencies"]
        + [each for group in PROJECT["optional-dependencies"].values() for each in group]
    ]

    assert [name for name in wanted if name not in pinned] == []
