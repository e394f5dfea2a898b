"""Each import contract refuses what it is there to refuse.

The packages are copied, and one wrong import is planted for each rule of each contract in
pyproject.toml, and one package without a layer in each service. `lint-imports` runs once and must
name every one of them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from itertools import pairwise, product
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from deploy.profile import ROOT
from deploy.wsgi import NAMES

PROJECT = (ROOT / "pyproject.toml").read_text("utf-8")
LINTER = tomllib.loads(PROJECT)["tool"]["importlinter"]
CONTRACTS: list[dict[str, Any]] = LINTER["contracts"]
PACKAGES: list[str] = LINTER["root_packages"]
PLANTED = "planted"


class Wrong(NamedTuple):
    """An import that ``contract`` must refuse."""

    contract: str
    importer: str
    imported: str


def modules_of(layer: str) -> list[str]:
    return [name.strip(" ()") for name in re.split(r"[|:]", layer)]


def matching(pattern: str) -> list[str]:
    """The modules that a name of a contract stands for; ``*`` is one part of the name."""
    paths = ROOT.glob(pattern.replace(".", "/"))
    folders = [path for path in paths if (path / "__init__.py").exists()]
    files = [path for path in ROOT.glob(f"{pattern.replace('.', '/')}.py") if path.stem[0] != "_"]
    return sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (*folders, *files)
    )


def from_layers(contract: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each module imports one of the layer above, and its neighbour in an independent layer."""
    for container in contract["containers"]:
        floors = [[f"{container}.{name}" for name in modules_of(it)] for it in contract["layers"]]
        for above, floor in pairwise(floors):
            yield from product(floor, above[:1])
        for floor, layer in zip(floors, contract["layers"], strict=True):
            if "|" in layer:
                yield from pairwise(floor)


def from_independence(contract: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from pairwise(module for name in contract["modules"] for module in matching(name))


def from_forbidden(contract: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    sources = [module for name in contract["source_modules"] for module in matching(name)]
    yield from product(sources, contract["forbidden_modules"])


WRONG_IMPORTS = {
    "layers": from_layers,
    "independence": from_independence,
    "forbidden": from_forbidden,
}
CASES = [
    Wrong(contract["name"], importer, imported)
    for contract in CONTRACTS
    if contract["type"] in WRONG_IMPORTS
    for importer, imported in WRONG_IMPORTS[contract["type"]](contract)
]
EXHAUSTIVE = [
    (contract["name"], container)
    for contract in CONTRACTS
    if contract.get("exhaustive")
    for container in contract["containers"]
]
WITHOUT_CYCLES = [
    (contract["name"], ancestor)
    for contract in CONTRACTS
    if contract["type"] == "acyclic_siblings"
    for ancestor in contract["ancestors"]
]


def file_of(root: Path, module: str) -> Path:
    path = root / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def plant_cycle(root: Path, package: str) -> None:
    """A new package in ``package``, with two files that import each other."""
    folder = root / package.replace(".", "/") / PLANTED
    folder.mkdir()
    (folder / "__init__.py").touch()
    for name, other in (("first", "second"), ("second", "first")):
        (folder / f"{name}.py").write_text(f"import {package}.{PLANTED}.{other}\n")


@pytest.fixture(scope="module")
def sections(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What `lint-imports` says of the copy: the lines about each broken contract."""
    root = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    (root / "pyproject.toml").write_text(PROJECT)
    for importer, imported in sorted({(case.importer, case.imported) for case in CASES}):
        with file_of(root, importer).open("a") as file:
            file.write(f"\nimport {imported}\n")
    for package in sorted({package for _, package in (*EXHAUSTIVE, *WITHOUT_CYCLES)}):
        plant_cycle(root, package)
    return sections_in(linted(root))


def linted(root: Path) -> str:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    # The names are longer than a screen is wide; lines are not to be broken.
    environment = {**os.environ, "COLUMNS": "1000", "PYTHONPATH": str(root)}
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def sections_in(text: str) -> dict[str, list[str]]:
    lines = [" ".join(line.split()) for line in text.partition("Broken contracts")[2].splitlines()]
    starts = [
        number
        for number, (line, under) in enumerate(pairwise(lines))
        if under and set(under) == {"-"} and line
    ]
    return {lines[start]: lines[start + 2 : end] for start, end in pairwise([*starts, len(lines)])}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.importer}-{case.imported}")
def test_a_wrong_import_is_refused(case: Wrong, sections: dict[str, list[str]]) -> None:
    wrong = f"- {case.importer} -> {case.imported} (l."

    assert any(line.startswith(wrong) for line in sections[case.contract])


@pytest.mark.parametrize(("contract", "package"), EXHAUSTIVE)
def test_a_file_without_a_layer_is_refused(
    contract: str, package: str, sections: dict[str, list[str]]
) -> None:
    assert f"- {package}.{PLANTED}" in sections[contract]


@pytest.mark.parametrize(("contract", "package"), WITHOUT_CYCLES)
def test_a_cycle_is_refused(contract: str, package: str, sections: dict[str, list[str]]) -> None:
    assert f"No cycles are allowed in {package}.{PLANTED}." in sections[contract]


@pytest.mark.parametrize("service", NAMES)
def test_every_service_has_layers_that_leave_no_file_out(service: str) -> None:
    assert f"services.{service}" in [package for _, package in EXHAUSTIVE]


def test_every_contract_is_put_to_the_test() -> None:
    tested = {name for name, *_ in (*CASES, *EXHAUSTIVE, *WITHOUT_CYCLES)}

    assert tested == {contract["name"] for contract in CONTRACTS}
