"""Tools that nobody here wrote find nothing to say about the documents of the API."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from deploy.api_document.__main__ import FOLDER
from tests.node import TOOLS, needs_node, run

Json = dict[str, Any]
FILES = ("openapi.json", "internal.json")


def redocly(document: Path) -> list[str]:
    config = str(TOOLS / "redocly.yaml")
    told = json.loads(run("redocly", "lint", "--config", config, "--format", "json", str(document)))
    return [f"{each['ruleId']}: {each['message']}" for each in told["problems"]]


def spectral(document: Path) -> list[str]:
    return _spectral("spectral.yaml", document)


def _spectral(rules: str, document: Path) -> list[str]:
    words = ("spectral", "lint", "-q", "-f", "json", "-r", str(TOOLS / rules), str(document))
    told = json.loads(run(*words))
    return [f"{each['code']}: {each['message']}" for each in told]


def spectral_of_messages(document: Path) -> list[str]:
    return _spectral("spectral-messages.yaml", document)


def kept(name: str) -> Json:
    document: Json = json.loads(Path(FOLDER, name).read_text("utf-8"))
    return document


@pytest.mark.parametrize("name", FILES)
def test_the_validator_of_openapi_accepts_it(name: str) -> None:
    validate(kept(name))


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("tool", [redocly, spectral])
def test_it_breaks_no_recommended_rule(tool: Callable[[Path], list[str]], name: str) -> None:
    assert tool(Path(FOLDER, name).absolute()) == []


@needs_node
@pytest.mark.slow
def test_the_description_of_messages_breaks_no_rule_either() -> None:
    assert spectral_of_messages(Path(FOLDER, "asyncapi.json").absolute()) == []


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize("tool", [redocly, spectral])
def test_they_find_what_is_wrong(tool: Callable[[Path], list[str]], tmp_path: Path) -> None:
    wrong = copy.deepcopy(kept("openapi.json"))
    del wrong["paths"]["/portal/v1/changes"]["get"]["operationId"]
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(wrong), "utf-8")
    assert any("operationId" in each for each in tool(file))
