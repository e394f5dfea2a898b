"""What is wrong is told before anything starts, with the way out."""

from __future__ import annotations

import base64
import socket
import stat
from pathlib import Path

import pytest

from deploy import checks
from deploy.checks import StartError
from tests.mongod import free_port


def test_it_works(tmp_path: Path) -> None:
    checks.require_writable(tmp_path / "var")
    checks.require_free_port("127.0.0.1", free_port(), "the web server")
    checks.lock(tmp_path).close()


def test_a_port_in_use_is_named_with_its_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(StartError, match=rf"Port {port} .*Address already in use.*ART28_PORT="):
            checks.require_free_port("127.0.0.1", port, "the web server")


@pytest.mark.parametrize("text", ["", "0", "-1", "8280a", "65536", "8 280", "８２８０a"])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(StartError, match="ART28_PORT must be a port number"):
        checks.port_from(text)


def test_a_folder_that_cannot_be_written_is_named_with_its_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StartError, match=r"cannot be written: Not a directory.*ART28_VAR="):
        checks.require_writable(tmp_path / "file" / "var")


def test_a_folder_in_use_names_the_process(tmp_path: Path) -> None:
    holder = checks.lock(tmp_path)

    with pytest.raises(StartError, match=r"already runs on the data folder .* \(process \d+\)"):
        checks.lock(tmp_path)
    holder.close()


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    file = checks.ensure_key(tmp_path / "service.key")
    first = file.read_text()

    checks.ensure_key(file)

    assert file.read_text() == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(base64.b64decode(first.strip(), validate=True)) == 32
