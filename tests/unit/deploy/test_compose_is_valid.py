"""What ``docker compose config`` would refuse is found here, where no engine is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from deploy.profile import ROOT

TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
DURATION = re.compile(r"(\d+(ms|s|m|h))+")
# Of the Compose Specification, what this file needs; a slip of the pen is none of these.
TOP = {"services", "secrets", "volumes"}
OF_A_SERVICE = {
    "build", "cap_drop", "command", "cpu_shares", "depends_on", "environment", "healthcheck",
    "image", "init", "ports", "profiles", "read_only", "restart", "secrets", "security_opt",
    "stop_grace_period",
    "tmpfs", "volumes",
}  # fmt: skip
OF_A_HEALTHCHECK = {"test", "interval", "timeout", "retries", "start_interval", "start_period"}
WHOLE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = WHOLE["services"]


def doubles(node: yaml.Node | None) -> Iterator[str]:
    """Keys that stand twice in one mapping: YAML forbids it, and PyYAML takes the last."""
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value if key.value != "<<"]
        yield from {key for key in keys if keys.count(key) > 1}
        for _, value in node.value:
            yield from doubles(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from doubles(value)


def test_no_key_stands_twice() -> None:
    assert list(doubles(yaml.compose(TEXT))) == []


def test_a_key_that_stands_twice_is_found() -> None:
    assert list(doubles(yaml.compose("a: {b: {c: 1, d: 2, c: 3}}"))) == ["c"]


def test_the_file_holds_only_what_compose_knows() -> None:
    assert {key for key in WHOLE if not key.startswith("x-")} == TOP


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_holds_only_what_compose_knows(name: str) -> None:
    told = SERVICES[name]

    assert set(told) <= OF_A_SERVICE
    assert set(told.get("healthcheck", {})) <= OF_A_HEALTHCHECK
    assert "image" in told or "build" in told
    assert told["restart"] in ("no", "on-failure", "unless-stopped")


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_names_exists(name: str) -> None:
    told = SERVICES[name]

    assert set(told.get("secrets", [])) <= set(WHOLE["secrets"])
    for volume in told.get("volumes", []):
        source = volume.split(":")[0]
        assert (ROOT / source).exists() if source.startswith(".") else source in WHOLE["volumes"]
    for other, how in told.get("depends_on", {}).items():
        assert how["condition"] in CONDITIONS
        if how["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
    if "build" in told:
        assert (ROOT / told["build"]["dockerfile"]).is_file()


@pytest.mark.parametrize("name", SERVICES)
def test_the_values_are_of_the_kind_compose_wants(name: str) -> None:
    told = SERVICES[name]
    durations = [told.get("stop_grace_period"), *map(told.get("healthcheck", {}).get, (
        "interval", "timeout", "start_interval", "start_period"))]  # fmt: skip

    assert all(DURATION.fullmatch(each) for each in durations if each is not None)
    # A number, or true, is refused where the environment or a command wants text; a variable of
    # the environment without a value is passed on, if there is one.
    environment = told.get("environment", {}).values()
    assert all(each is None or isinstance(each, str) for each in environment)
    assert all(isinstance(each, str) for each in told.get("command", []))
    assert all(isinstance(each, str) for each in told.get("ports", []))


def test_nobody_waits_for_itself() -> None:
    waits = {name: set(told.get("depends_on", {})) for name, told in SERVICES.items()}
    while ready := {name for name, others in waits.items() if not others}:
        waits = {name: others - ready for name, others in waits.items() if name not in ready}
    assert waits == {}


def test_only_the_sample_data_waits_to_be_asked_for() -> None:
    assert [name for name, told in SERVICES.items() if "profiles" in told] == ["sample"]
