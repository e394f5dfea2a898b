"""Which apps a web process mounts, and which loops a worker runs."""

from __future__ import annotations

import pytest

from deploy import embedded, processes
from deploy.embedded import MOUNTED
from deploy.profile import Profile
from deploy.wsgi import NAMES, mounted


@pytest.mark.parametrize("names", [["regstry"], ["registry", "billing"], []])
def test_an_unknown_app_is_refused(names: list[str]) -> None:
    with pytest.raises(ValueError, match="ART28_APPS"):
        mounted(names)


def test_the_embedded_profile_waits_for_every_app() -> None:
    assert {*MOUNTED, "public"} == set(NAMES)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::"])  # noqa: S104 - read, not bound
def test_only_the_edge_of_the_embedded_profile_is_reached_from_elsewhere(host: str) -> None:
    settings = {"ART28_HOST": host, "ART28_ORIGIN": "https://dpa.example"}
    profile = Profile.from_env(settings, var="var", members=1)

    told = {process.name: process.environment for process in embedded.processes(profile)}

    assert told["web"]["ART28_BIND"] == told["edge"]["ART28_PUBLIC_ADDRESS"] == "127.0.0.1:8281"
    assert told["readers"]["ART28_BIND"] == told["edge"]["ART28_READERS_ADDRESS"]
    assert told["readers"]["ART28_BIND"] == "127.0.0.1:8282"
    assert told["worker"]["ART28_IDENTITY_URL"] == "http://127.0.0.1:8281/identity"


def test_readers_let_others_go_first_in_every_profile() -> None:
    lines = {line.name: line for line in processes.parse(processes.PROCFILE.read_text("utf-8"))}
    profile = Profile.from_env({}, var="var", members=1)
    told = {process.name: process.environment for process in embedded.processes(profile)}

    assert lines["readers"].environment["ART28_NICE"] == processes.READERS_NICE
    assert {name for name, each in told.items() if "ART28_NICE" in each} == {"readers"}
    assert told["readers"]["ART28_NICE"] == processes.READERS_NICE


def test_every_worker_of_the_procfile_runs_the_loop_it_is_named_after() -> None:
    lines = processes.parse(processes.PROCFILE.read_text("utf-8"))
    workers = [line for line in lines if not line.is_web]

    for line in workers:
        assert line.command[:3] == ("python", "-m", "deploy.worker")
        assert line.command[3].replace(".", "-") == line.name
