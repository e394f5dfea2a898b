from __future__ import annotations

from pathlib import Path

import pytest

from deploy import processes
from deploy.profile import Profile
from deploy.wsgi import NAMES

LINES = processes.parse(processes.PROCFILE.read_text("utf-8"))


def profile(**settings: str) -> Profile:
    return Profile.from_env({"ART28_PORT": "9000", **settings}, var="var/services", members=3)


def test_it_works() -> None:
    line = processes.parse("web: A=1 B='x y' python -m thing --flag\n\n# a remark\n")[0]

    assert line.name == "web"
    assert line.environment == {"A": "1", "B": "x y"}
    assert line.command == ("python", "-m", "thing", "--flag")


@pytest.mark.parametrize("text", ["web python", "web:", "web: A=1", "a: x\na: y"])
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Procfile"):
        processes.parse(text)


def test_each_of_the_six_services_and_readers_have_a_process_and_a_port() -> None:
    ports = processes.addresses(profile(), LINES)

    assert tuple(ports) == (*NAMES, "readers")
    assert list(ports.values()) == [9001, 9002, 9003, 9004, 9005, 9006, 9007]


def test_the_ports_of_mongodb_are_nobody_elses() -> None:
    ports = processes.addresses(profile(), LINES)

    assert not set(profile().mongo_ports) & {9000, *ports.values()}


def test_a_replica_set_of_your_own_replaces_ours() -> None:
    assert profile(ART28_MONGO_URL="mongodb://db/?replicaSet=rs0").mongo_ports == ()


def test_children_are_told_what_the_services_read(tmp_path: Path) -> None:
    told = profile(ART28_VAR=str(tmp_path)).environment({"HOME": "/"}, "mongodb://db")

    assert told["ART28_ORIGIN"] == "http://127.0.0.1:9000"
    assert told["ART28_EGRESS_ALLOW"] == "127.0.0.0/8,::1"
    assert Path(told["ART28_SERVICE_KEY_FILE"]) == tmp_path / "service.key"
    assert Path(told["ART28_SECRETS_KEY_FILE"]).exists()
    assert told["HOME"] == "/"


def test_with_a_certificate_the_origin_speaks_tls() -> None:
    assert profile(ART28_TLS_CERT="/cert.pem").origin == "https://127.0.0.1:9000"
    assert profile(ART28_TLS_CERT="/cert.pem", ART28_ORIGIN="http://a").origin == "http://a"


def test_keys_of_your_own_replace_ours(tmp_path: Path) -> None:
    own = {"ART28_SERVICE_KEY": "a", "ART28_SECRETS_KEY_FILE": "/run/secrets/k"}

    told = profile(ART28_VAR=str(tmp_path)).environment(own, "")

    assert "ART28_SERVICE_KEY_FILE" not in told
    assert told["ART28_SECRETS_KEY_FILE"] == "/run/secrets/k"
    assert list(tmp_path.iterdir()) == []
