"""The containers run the same processes with the same settings as `make run-services`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import edge, processes
from deploy.profile import PEERS, ROOT, Profile
from shared.settings import SETTINGS

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
CONTAINERS: dict[str, Any] = COMPOSE["services"]
LINES = {line.name: line for line in processes.parse(processes.PROCFILE.read_text("utf-8"))}
# Facts of one machine: a container has its own address and no data folder, but an origin.
LOCAL = {"ART28_HOST", "ART28_PORT", "ART28_VAR"}
# In a container there is no mongod to look for, no second worker on the port, and its own apps.
MEANINGLESS = {"ART28_MONGOD", "ART28_SAMPLE", "ART28_WORKER_METRICS_PORT", "ART28_APPS"}
# Of the edge alone.
EDGE = {"ART28_EDGE_TRUSTED", "ART28_TLS_CERT", "ART28_TLS_KEY", "ART28_CADDY"}
# Of the service that seals alone: a key of seals goes nowhere else.
SEALS = {name for name in SETTINGS if name.startswith("ART28_SEAL_")}
# Of the loop of mails alone.
BOUNCES = "ART28_BOUNCE_MAILDIR"


@pytest.fixture
def children(tmp_path: Path) -> dict[str, dict[str, str]]:
    """The settings of every process of `make run-services`, by its name."""
    profile = Profile.from_env({"ART28_VAR": str(tmp_path)}, var="", members=3)
    shared = profile.environment({}, "mongodb://")
    ports = processes.addresses(profile, list(LINES.values()))
    told = processes.common_settings(ports)
    made = [processes.from_line(line, ports, told) for line in LINES.values()]
    return {each.name: {**shared, **each.environment} for each in made}


def test_the_processes_are_the_same() -> None:
    around = {"edge", "sample", "mongo-init", "mongo-0", "mongo-1", "mongo-2"}

    assert set(CONTAINERS) - around == set(LINES)


@pytest.mark.parametrize("name", LINES)
def test_the_command_is_the_same(name: str) -> None:
    assert tuple(CONTAINERS[name]["command"]) == LINES[name].command


@pytest.mark.parametrize("name", LINES)
def test_the_settings_are_the_same(name: str, children: dict[str, dict[str, str]]) -> None:
    told = {key for key, value in CONTAINERS[name]["environment"].items() if value is not None}

    assert told - {BOUNCES} == set(children[name]) - LOCAL


@pytest.mark.parametrize("name", LINES)
def test_every_setting_reaches_every_process(name: str) -> None:
    """What stands in .env must not end there: a setting unknown to Compose has no effect."""
    keys = set(CONTAINERS[name]["environment"])
    told = keys | {key.removesuffix("_FILE") for key in keys}

    assert set(SETTINGS) - LOCAL - MEANINGLESS - EDGE - SEALS - {BOUNCES} - told == set()


def test_the_key_of_seals_reaches_the_service_that_seals_and_no_other() -> None:
    told = {name for name in LINES if SEALS & set(CONTAINERS[name]["environment"])}

    assert told == {"identity"}
    assert set(CONTAINERS["identity"]["environment"]) >= SEALS


def test_the_loop_of_mails_reads_bounces_from_a_volume() -> None:
    loop = CONTAINERS["notices-mail"]

    assert loop["volumes"] == [f"bounces:{loop['environment'][BOUNCES]}"]
    assert "bounces" in COMPOSE["volumes"]


@pytest.mark.parametrize("name", LINES)
def test_settings_that_are_no_address_have_the_same_value(name: str) -> None:
    told = CONTAINERS[name]["environment"]

    assert {key: told[key] for key in LINES[name].environment} == LINES[name].environment


@pytest.mark.parametrize("name", PEERS)
def test_peers_are_asked_at_the_same_paths(name: str) -> None:
    url = CONTAINERS["public"]["environment"][f"ART28_{name.upper()}_URL"]

    assert url == f"http://{name}:8000/{name}"


@pytest.mark.parametrize("name", [name for name, line in LINES.items() if line.is_web])
def test_readiness_is_asked_at_the_same_path(name: str) -> None:
    assert CONTAINERS[name]["healthcheck"]["test"][-1] == processes.readiness_path(name)


def test_the_edge_is_the_same() -> None:
    container = CONTAINERS["edge"]
    services = {name: f"{name}:8000" for name, line in LINES.items() if line.is_web}

    assert tuple(container["command"]) == edge.COMMAND
    assert container["environment"].items() >= edge.addresses(services).items()
    assert set(container["environment"]) >= EDGE


def test_the_secrets_are_files_that_the_example_of_settings_names() -> None:
    example = (ROOT / ".env.example").read_text("utf-8")

    for secret in COMPOSE["secrets"].values():
        assert f"{secret['environment']}=" in example


def test_every_variable_of_the_example_is_used() -> None:
    compose = (ROOT / "docker-compose.yml").read_text("utf-8")
    names = [
        line.partition("=")[0]
        for line in (ROOT / ".env.example").read_text("utf-8").splitlines()
        if "=" in line and not line.startswith("#")
    ]

    assert [name for name in names if name not in compose] == []


def test_the_database_has_as_many_members() -> None:
    profile = Profile.from_env({"ART28_VAR": os.devnull}, var="", members=3)
    members = [name for name in CONTAINERS if name.startswith("mongo-") and name[-1].isdigit()]

    assert len(members) == len(profile.mongo_ports)
