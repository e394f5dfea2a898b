"""The logs of all processes are read as one, in the order of time."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.read_logs import main

WEB = (
    '{"event": "request.answered", "request_id": "req_1", "timestamp": "2026-03-02T09:00:00.5Z"}\n'
)
EARLIER = '{"event": "request.answered", "timestamp": "2026-03-02T08:59:59.000000Z"}\n'
WORKER = (
    '{"event": "loop.failed", "timestamp": "2026-03-02T09:00:00.100000Z"}\nTraceback, part one\n'
)
EDGE = '{"level":"error","ts":1772442000.2,"msg":"dial tcp"}\n'
MONGO = '{"t":{"$date":"2026-03-02T10:00:00.300+01:00"},"msg":"Slow query"}\n'


@pytest.fixture
def var(tmp_path: Path) -> Path:
    logs = tmp_path / "log"
    logs.mkdir()
    texts = {"web.log": WEB, "web.log.1": EARLIER, "worker.log": WORKER, "edge.log": EDGE}
    for name, text in {**texts, "mongo-0.log": MONGO}.items():
        (logs / name).write_text(text)
    return tmp_path


def shown(capsys: pytest.CaptureFixture[str], var: Path, *words: str) -> list[tuple[str, str]]:
    """The process and the text of each line that is shown."""
    assert main(words, {"ART28_VAR": str(var)}) == 0
    lines = capsys.readouterr().out.splitlines()
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines]


def test_lines_of_all_processes_come_in_the_order_of_time(
    var: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = shown(capsys, var)

    assert [process for process, _ in lines] == ["web", "worker", "worker", "edge", "web"]
    assert lines[0][1] == EARLIER.strip(), "the older file of a log comes first"
    assert lines[2][1] == "Traceback, part one", "a line without a time stays behind the one before"


def test_only_lines_that_hold_each_text_are_shown(
    var: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(capsys, var, "request.answered", "req_1") == [("web", WEB.strip())]
    assert shown(capsys, var, "worker", "loop.failed")[0][0] == "worker"
    assert shown(capsys, var, "nothing says this") == []


def test_mongod_is_shown_only_when_it_is_named(
    var: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(capsys, var, "mongo-0") == [("mongo-0", MONGO.strip())]


def test_only_the_last_lines_are_shown(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, var, "--last", "1") == [("web", WEB.strip())]


def test_a_folder_without_logs_is_one_line_and_an_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], {"ART28_VAR": str(tmp_path)}) == 1
    assert "There are no logs in" in capsys.readouterr().err
