"""Logs of children turn over by size, lose no line, and no full disk hurts whoever writes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploy.logs import KEPT, LARGEST, LogFile, Outputs


def test_a_log_turns_over_between_two_lines_and_loses_none(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "a.log", largest=100, kept=30)
    for number in range(200):
        log.write(f"line {number}".encode())
        log.write(b"\n")

    assert lines_in_order(tmp_path) == [f"line {number}" for number in range(200)]
    assert all(path.stat().st_size < 120 for path in tmp_path.glob("a.log*"))


def lines_in_order(folder: Path) -> list[str]:
    numbered = {int(path.suffix[1:]): path for path in folder.glob("a.log.*")}
    files = [*(numbered[number] for number in sorted(numbered, reverse=True)), folder / "a.log"]
    return [line for path in files if path.exists() for line in path.read_text().splitlines()]


def test_only_so_many_older_files_are_kept(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "a.log", largest=10, kept=2)
    for _ in range(20):
        log.write(b"a line of text\n")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.log.1", "a.log.2"]
    assert KEPT * LARGEST < 100 * 1024 * 1024


def test_a_child_that_writes_nothing_has_a_log_all_the_same(tmp_path: Path) -> None:
    outputs = Outputs(tmp_path)
    outputs.open("quiet").started()
    outputs.stop()

    assert outputs.path_of("quiet").read_bytes() == b""


def test_a_size_from_before_counts(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"x" * 100 + b"\n")

    LogFile(tmp_path / "a.log", largest=100).write(b"one more\n")

    assert (tmp_path / "a.log.1").exists()


def test_what_the_disk_does_not_take_is_dropped_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.symlink_to("/dev/full")
    log = LogFile(path)
    log.write(b"lost\nlost too\n")
    log.write(b"and this\n")
    path.unlink()

    log.write(b"kept\n")
    log.write(b"kept, too\n")

    assert path.read_text() == "3 lines before this one could not be written.\nkept\nkept, too\n"


def test_a_child_writes_into_its_log_and_none_waits_for_a_disk(tmp_path: Path) -> None:
    (tmp_path / "full.log").symlink_to("/dev/full")
    outputs = Outputs(tmp_path)
    full, good = outputs.open("full"), outputs.open("good")
    for output in (full, good):
        # Many times what a pipe holds.
        for _ in range(2_000):
            os.write(output.write_fd, b"x" * 999 + b"\n")
        output.started()
        output.wait(20)
    outputs.stop()

    assert len((tmp_path / "good.log").read_text().splitlines()) == 2_000


@pytest.mark.parametrize("count", [1, 3])
def test_a_child_that_starts_again_goes_on_in_the_same_log(tmp_path: Path, count: int) -> None:
    outputs = Outputs(tmp_path)
    for number in range(count):
        output = outputs.open("a")
        os.write(output.write_fd, f"start {number}\n".encode())
        output.started()
        output.wait(20)
    outputs.stop()

    assert lines_in_order(tmp_path) == [f"start {number}" for number in range(count)]
