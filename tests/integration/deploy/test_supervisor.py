from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.checks import StartError
from deploy.profile import ROOT
from deploy.supervisor import Process, StopRequest, Supervisor
from tests.integration.deploy.profiles import processes_of

LIMIT = 20.0


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    environment = {**os.environ, "ART28_VAR": str(tmp_path)}
    made = Supervisor(root=ROOT, logs=tmp_path / "log", environment=environment, say=said.append)
    yield made
    made.stop()
    assert processes_of(tmp_path) == {}


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


SLEEP = "import time; time.sleep(600)"


def test_it_works(supervisor: Supervisor, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    supervisor.start(
        Process("a", python(f"open({str(seen)!r}, 'w').close(); {SLEEP}"), ready=seen.exists)
    )
    supervisor.wait_ready(LIMIT)

    assert len(processes_of(tmp_path)) == 1
    supervisor.stop()
    assert processes_of(tmp_path) == {}


def test_a_child_that_cannot_start_is_told_with_its_log(supervisor: Supervisor) -> None:
    supervisor.start(Process("a", python("raise SystemExit(3)"), ready=lambda: False))

    with pytest.raises(StartError, match=r"a ended with exit code 3 \(log: .*/a\.log\)"):
        supervisor.wait_ready(LIMIT)


def test_a_child_that_is_never_ready_is_told(supervisor: Supervisor) -> None:
    supervisor.start(Process("a", python(SLEEP), ready=lambda: False))

    with pytest.raises(StartError, match="Not ready after 0 s: a"):
        supervisor.wait_ready(0.1)


def test_a_command_that_does_not_exist_is_told_in_the_log(supervisor: Supervisor) -> None:
    supervisor.start(Process("a", ("/nowhere/program",), ready=lambda: False))

    with pytest.raises(StartError):
        supervisor.wait_ready(LIMIT)
    assert "No such file" in supervisor.log_of("a").read_text()


def test_a_child_that_ends_again_and_again_is_started_ever_more_slowly(
    supervisor: Supervisor, said: list[str]
) -> None:
    supervisor.start(Process("a", python("raise SystemExit(1)")))
    watching = threading.Thread(target=supervisor.watch)
    watching.start()

    until(lambda: len(said) >= 2)
    supervisor.stop_wanted.set()
    watching.join(LIMIT)

    assert [line.rpartition("again in ")[2] for line in said][:2] == ["0.5 s.", "1 s."]


def test_a_vital_child_that_ends_again_and_again_ends_the_watch(
    supervisor: Supervisor, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.supervisor._LONGEST_PAUSE", 0.0)
    supervisor.start(Process("db", python("raise SystemExit(1)"), vital=True))

    with pytest.raises(StartError, match=r"db ended .* started 8 times"):
        supervisor.watch()
    assert len(said) == 7


def test_a_vital_child_that_was_killed_is_started_again(
    supervisor: Supervisor, tmp_path: Path, said: list[str]
) -> None:
    seen = tmp_path / "seen"
    code = f"open({str(seen)!r}, 'a').write('x'); {SLEEP}"
    supervisor.start(Process("db", python(code), vital=True))
    until(lambda: seen.exists() and seen.read_text() == "x")
    [pid] = processes_of(tmp_path)

    os.kill(pid, signal.SIGKILL)
    watching = threading.Thread(target=supervisor.watch)
    watching.start()
    until(lambda: seen.read_text() == "xx")
    supervisor.stop_wanted.set()
    watching.join(LIMIT)

    log = supervisor.log_of("db")
    assert said == [f"db ended with signal SIGKILL (log: {log}). Starting it again in 0.5 s."]


def test_a_child_that_does_not_listen_is_killed(supervisor: Supervisor, tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    seen = tmp_path / "seen"
    supervisor.start(
        Process(
            "a",
            python(f"{deaf} open({str(seen)!r}, 'w').close(); {SLEEP}"),
            ready=seen.exists,
            stop_seconds=0.2,
        )
    )
    supervisor.wait_ready(LIMIT)

    supervisor.stop()

    assert processes_of(tmp_path) == {}


def test_what_a_child_leaves_behind_is_ended_too(supervisor: Supervisor, tmp_path: Path) -> None:
    leave = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP!r}]);"
    supervisor.start(Process("a", python(leave + SLEEP)))
    until(lambda: len(processes_of(tmp_path)) == 2)

    supervisor.stop()

    until(lambda: processes_of(tmp_path) == {})


FORKED = "tests.integration.deploy.forked"


def forked(*words: str) -> Process:
    """A child that does these things, forked as the four Python processes of `make run` are."""
    return Process("a child", (sys.executable, "-m", FORKED, *words), {"TOLD": "x"}, forked=True)


def test_a_forked_child_has_a_name_an_environment_and_a_log_of_its_own(
    supervisor: Supervisor, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    supervisor.start(forked("show", "sleep"))
    log = supervisor.log_of("a child")
    until(lambda: "shown" in log.read_text())

    [pid] = {pid for pid, words in of_name("a child").items()}
    assert f"words ['show', 'sleep'] told x group {pid} handler default files 0 1 2" in (
        log.read_text()
    )
    supervisor.stop()
    assert of_name("a child") == {}
    assert capfd.readouterr().out == ""


def of_name(name: str) -> dict[int, str]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (folder / "comm").read_text().strip() == name:
                found[int(folder.name)] = name
    return found


@pytest.mark.parametrize(
    ("words", "end", "log"),
    [
        ("exit", "exit code 3", ""),
        ("say", "exit code 1", "the reason\n"),
        ("raise", "exit code 1", "ValueError: a fault\n"),
        ("kill", "signal SIGKILL", ""),
    ],
)
def test_a_forked_child_ends_as_a_program_of_its_own_would(
    supervisor: Supervisor, words: str, end: str, log: str
) -> None:
    supervisor.start(replace(forked(words), ready=lambda: False))

    with pytest.raises(StartError, match=f"a child ended with {end}"):
        supervisor.wait_ready(LIMIT)
    until(lambda: supervisor.log_of("a child").read_text().endswith(log))


def test_a_forked_child_that_was_killed_is_forked_again(
    supervisor: Supervisor, said: list[str]
) -> None:
    supervisor.start(forked("show", "kill"))
    watching = threading.Thread(target=supervisor.watch)
    watching.start()

    until(lambda: supervisor.log_of("a child").read_text().count("shown") >= 2)
    supervisor.stop_wanted.set()
    watching.join(LIMIT)

    assert "a child ended with signal SIGKILL" in said[0]


def test_a_forked_child_ends_with_who_forked_it(tmp_path: Path) -> None:
    code = (
        "import os, sys, time; from pathlib import Path; from deploy import supervisor as s;"
        f"made = s.Supervisor(root=Path('.'), logs=Path({str(tmp_path)!r}),"
        " environment=dict(os.environ), say=print);"
        f"made.start(s.Process('an orphan', (sys.executable, '-m', {FORKED!r}, 'sleep'),"
        " forked=True)); print('started', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"started\n"
        until(lambda: len(of_name("an orphan")) == 1)

        parent.kill()

        until(lambda: of_name("an orphan") == {})


def test_a_program_run_once_gives_its_output(supervisor: Supervisor) -> None:
    assert supervisor.run_once("a", python("print('empty')")) == "empty"


def test_a_program_that_fails_once_gives_its_last_line(supervisor: Supervisor) -> None:
    with pytest.raises(StartError, match=r"^the reason$"):
        supervisor.run_once("a", python("raise SystemExit('the reason')"))


def test_a_stop_ends_the_wait_for_a_program(supervisor: Supervisor) -> None:
    supervisor.stop_wanted.set()

    with pytest.raises(KeyboardInterrupt):
        supervisor.run_once("a", python(SLEEP))


def test_a_stop_requested_by_a_signal_at_any_moment_ends_the_wait() -> None:
    # A threading.Event hangs here sooner or later: its lock is held by the very thread in which
    # the handler runs.
    for _ in range(300):
        request = StopRequest()
        before = signal.signal(signal.SIGALRM, handler(request))
        try:
            signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-6, 2e-4))
            end = time.monotonic() + 5
            while not request.wait(0.0):
                assert time.monotonic() < end
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            os.close(request._read_fd)
            os.close(request._write_fd)


def handler(request: StopRequest) -> Callable[..., None]:
    return lambda *_: request.set()
