from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from deploy import mongod
from deploy.checks import StartError


def test_it_works() -> None:
    assert mongod.find_binary({"PATH": ""}).name == "mongod"


def test_the_named_one_wins(tmp_path: Path) -> None:
    mine = tmp_path / "mongod"
    mine.touch(mode=0o755)

    assert mongod.find_binary({"ART28_MONGOD": str(mine), "PATH": ""}) == mine


def test_a_named_one_that_cannot_run_is_refused() -> None:
    with pytest.raises(StartError, match="ART28_MONGOD names /nowhere/mongod"):
        mongod.find_binary({"ART28_MONGOD": "/nowhere/mongod"})


def test_a_missing_one_tells_both_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda _: "/nowhere")

    with pytest.raises(StartError, match=r"\[embedded\].*ART28_MONGO_URL=") as refusal:
        mongod.find_binary({"PATH": "/nowhere"})
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"msg":"DBPathInUse: Unable to lock the lock file"}', "Another mongod holds"),
        ('{"msg":"NonExistentPath: Data directory not found"}', "may not use its data folder"),
        ('{"msg":"No space left on device"}', "no space left"),
        ("", "exit code 14"),
    ],
)
def test_its_end_is_explained_from_its_log(tmp_path: Path, line: str, reason: str) -> None:
    log = tmp_path / "mongod.log"
    log.write_text(line)

    assert reason in mongod.why_it_stopped(log, 14)


def test_compression_is_off_and_only_loopback_is_bound() -> None:
    words = mongod.command(Path("mongod"), Path("data"), 8291, Path("log"))

    assert words[words.index("--networkMessageCompressors") + 1] == "disabled"
    assert words[words.index("--bind_ip") + 1] == "127.0.0.1"
