"""Change rules one line at a time and see whether a unit test notices: `python -m tests.mutants`.

    make mutants                                          all packages
    make mutants ARGS="services/registry/clock"           one of them

The unit tests of the package's service are collected once. A first child process runs them all
and learns which lines each one reaches; then each mutant (``tests/mutations.py``) gets a child of
its own, which puts the changed code in and runs the tests that reach the change, quick ones first,
until one fails. Properties try the same few examples in each run, so that scores can be compared.
What survives must stand in ``mutants-that-may-live.txt`` with its reason, and nothing else may, or
the run fails.
"""

from __future__ import annotations

import functools
import gc
import os
import pickle
import resource
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NoReturn

import coverage
import pytest

from tests.mutations import Mutant, mutants_of

ROOT = Path(__file__).parents[1]
PACKAGES = (
    "services/registry/clock",
    "services/registry/transfers",
    "services/registry/linter",
    "services/registry/model",
    "services/agreements/contract",
    "services/agreements/model",
    "services/identity/model",
    "services/notices/model",
    "services/portal/model",
    "shared/egress",
)
Functions = dict[CodeType, list[FunctionType]]
# An endless loop is noticed, too.
KILLED = ("killed", "timeout")
REASONS = Path(__file__).parent / "mutants-that-may-live.txt"
# Memory of one child in bytes: a list that grows without end ends there.
MEMORY = 4 << 30
OPTIONS = (
    *("-qq", "-s", "--tb=no", "--durations=0"),
    *("-p", "no:xdist", "-p", "no:schemathesis", "-p", "no:cacheprovider"),
    *("-m", "not slow and not source"),
)


def may_live(text: str) -> dict[str, str]:
    """Read the mutants that may live, by name or pattern, each with its reason.

    Raises ValueError without a reason.
    """
    reasons = {}
    for line in text.splitlines():
        name, _, reason = line.partition("  ")
        if line and not line.startswith("#"):
            if not reason.strip():
                raise ValueError(f"No reason is given for {name}.")
            reasons[name] = reason.strip()
    return reasons


def is_named(mutant: str, name: str) -> bool:
    """Whether a line of the file is about a mutant: ``*`` in it stands for whatever is there."""
    return fnmatchcase(mutant, name.replace("[", "[[]").replace("?", "[?]"))


def verdict(outcomes: dict[str, str], reasons: dict[str, str]) -> list[str]:
    """Return what makes the run fail, a line each.

    ``reasons``: those of the same package. A mutant that no test reaches proves as little as one
    that lives; so does a run without mutants.
    """
    living = [name for name, outcome in outcomes.items() if outcome not in KILLED]
    faults = [
        f"{outcomes[mutant]}, and no reason is given: {mutant}"
        for mutant in living
        if not any(is_named(mutant, name) for name in reasons)
    ]
    faults += [
        f"a reason is given, and no such mutant lives: {name}"
        for name in reasons
        if not any(is_named(mutant, name) for mutant in living)
    ]
    return faults if outcomes else ["there were no mutants"]


def reasons_within(package: str, reasons: dict[str, str]) -> dict[str, str]:
    """Return the reasons that are about mutants of one package."""
    prefix = package.replace("/", ".") + "."
    return {name: reason for name, reason in reasons.items() if name.startswith(prefix)}


@dataclass(frozen=True)
class Reach:
    """What a run of all tests shows: tests by file and line, and the seconds of each test."""

    tests: dict[tuple[str, int], set[int]]
    seconds: dict[int, float]
    failed: list[str]

    def of(self, mutant: Mutant) -> list[int]:
        """Return the tests that reach a mutant, the quickest first."""
        lines = ((mutant.code.co_filename, line) for line in mutant.lines)
        tests: set[int] = set().union(*(self.tests.get(line, set()) for line in lines))
        return sorted(tests, key=lambda test: self.seconds[test])


@dataclass
class Mutating:
    """A plugin of pytest that runs the collected tests once per mutant of a package."""

    package: str
    root: Path = ROOT
    # Seconds of the processor that any mutant gets, beside five times what its tests take.
    least: int = 5
    outcomes: dict[str, str] = field(default_factory=dict)

    def pytest_collection(self) -> None:
        """Let properties try the same few examples, and not search for the smallest."""
        # pytest warns of its plugins' packages if they are loaded before it.
        from hypothesis import HealthCheck, Phase, settings

        settings.register_profile(
            "mutants",
            deadline=None,
            derandomize=True,
            max_examples=8,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        settings.load_profile("mutants")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Fill in the outcomes; none if a test cannot be read, or fails without a mutant."""
        if session.testsfailed:
            return True
        functions = functions_of(self.root / self.package)
        caches = caches_of(self.root / self.package)
        told = in_child(lambda: pickle.dumps(self._reach(session, caches)))[1]
        reach = pickle.loads(told)  # noqa: S301
        for name in reach.failed:
            print(f"fails without any mutant: {name}")
        if reach.failed:
            return True
        for mutant in self._mutants():
            self.outcomes[mutant.name] = self._outcome(mutant, reach, functions, session)
        return True

    def _outcome(
        self, mutant: Mutant, reach: Reach, functions: Functions, session: pytest.Session
    ) -> str:
        """Run the tests that reach a mutant; say whether one failed, or none came to an end."""
        numbers = reach.of(mutant)

        def tried() -> bytes:
            put_in(mutant, functions)
            run(session, numbers)
            return b"killed" if session.testsfailed else b"survived"

        if not numbers:
            return "no test reaches it"
        usual = sum(reach.seconds[number] for number in numbers)
        code, outcome = in_child(tried, seconds=self.least + int(5 * usual))
        if code in (-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGALRM):
            return "timeout"
        # Whatever ends the process otherwise, a test run would notice.
        return outcome.decode() or "killed"

    def _files(self) -> list[Path]:
        return sorted((self.root / self.package).glob("*.py"))

    def _mutants(self) -> Iterator[Mutant]:
        for file in self._files():
            module = f"{self.package}/{file.stem}".replace("/", ".")
            yield from mutants_of(file.read_text("utf-8"), module, str(file))

    def _reach(
        self, session: pytest.Session, caches: Sequence[functools._lru_cache_wrapper[Any]]
    ) -> Reach:
        """Run every test, and note the lines of the package that it reaches.

        Each one with caches that are empty: otherwise the first alone would reach what they hold.
        """
        measured = coverage.Coverage(
            data_file=None, config_file=False, include=[str(file) for file in self._files()]
        )
        measured.set_option("run:disable_warnings", ["already-imported"])
        seconds, failed = {}, []
        measured.start()
        for number in range(len(session.items)):
            measured.switch_context(str(number))
            for cache in caches:
                cache.cache_clear()
            started = time.process_time()
            before = session.testsfailed
            run(session, [number])
            seconds[number] = time.process_time() - started
            if session.testsfailed > before:
                failed.append(session.items[number].nodeid)
        measured.stop()
        tests = defaultdict(set)
        for name in measured.get_data().measured_files():
            for line, contexts in measured.get_data().contexts_by_lineno(name).items():
                tests[name, line] = {int(context) for context in contexts if context}
        return Reach(dict(tests), seconds, failed)


def run(session: pytest.Session, numbers: list[int]) -> None:
    """Run some of the collected tests, up to the first that fails."""
    items = [session.items[number] for number in numbers]
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return


def functions_of(folder: Path) -> Functions:
    """Return the living functions that were loaded from a folder, by their code.

    To be called before the first child: what is frozen for a child is not listed any more.
    """
    functions = defaultdict(list)
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and thing.__code__.co_filename.startswith(f"{folder}/"):
            functions[thing.__code__].append(thing)
        if isinstance(thing, functools._lru_cache_wrapper):
            thing.cache_clear()
    return functions


def caches_of(folder: Path) -> list[functools._lru_cache_wrapper[Any]]:
    """Return the caches of functions that were loaded from a folder, before the first child."""
    caches = (each for each in gc.get_objects() if isinstance(each, functools._lru_cache_wrapper))
    return [each for each in caches if _file_of(each.__wrapped__).startswith(f"{folder}/")]


def _file_of(function: object) -> str:
    return function.__code__.co_filename if isinstance(function, FunctionType) else ""


def put_in(mutant: Mutant, functions: Functions) -> None:
    """Let the living functions of a module run the changed code. For a child process only."""
    source = Path(mutant.code.co_filename).read_text("utf-8")
    original = compile(source, mutant.code.co_filename, "exec", dont_inherit=True)
    for old, new in pairs(original, mutant.code):
        if old != new:
            for function in functions.get(old, []):
                function.__code__ = new


def pairs(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """Yield the code of each function, class and lambda within two versions of a module."""
    yield old, new
    for inner, changed in zip(codes_in(old), codes_in(new), strict=False):
        yield from pairs(inner, changed)


def codes_in(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def in_child(work: Callable[[], bytes], seconds: int | None = None) -> tuple[int, bytes]:
    """Do something in a child process; return its exit code or minus its signal, and its answer.

    ``seconds``: of the processor at most; ten times as many by the clock.
    """
    gc.freeze()
    reading, writing = os.pipe()
    if not (child := os.fork()):
        _as_child(work, writing, seconds)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        data = answer.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), data


def _as_child(work: Callable[[], bytes], writing: int, seconds: int | None) -> NoReturn:
    code = 1
    try:
        quiet = os.open(os.devnull, os.O_RDWR)
        for screen in (0, 1, 2):
            os.dup2(quiet, screen)
        if seconds is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            signal.alarm(10 * seconds)
        with os.fdopen(writing, "wb") as answer:
            answer.write(work())
        code = 0
    finally:
        os._exit(code)


def mutated(plugin: Mutating, tests: Path) -> dict[str, str]:
    """Return the outcome of each mutant of a package, by name; none if the tests do not pass."""
    with tempfile.TemporaryDirectory(prefix="art28-mutants-") as folder:
        pytest.main([*OPTIONS, f"--basetemp={folder}/tests", str(tests)], plugins=[plugin])
    return plugin.outcomes


def report(package: str, outcomes: dict[str, str], faults: list[str], seconds: float) -> str:
    """Say what share of a package's mutants was killed, and how; then each fault on a line."""
    killed = sum(outcome in KILLED for outcome in outcomes.values())
    late = sum(outcome == "timeout" for outcome in outcomes.values())
    first = f"{package}: {killed} of {len(outcomes)} mutants killed"
    first += f" ({late} by the time limit) in {seconds:.0f} s"
    return "\n".join([first, *(f"  {fault}" for fault in faults)])


def unit_tests_of(package: str) -> Path:
    """The unit tests of the service that a package belongs to, or of what services share."""
    first, second = package.split("/")[:2]
    return ROOT / "tests/unit" / (second if first == "services" else first)


def main(packages: list[str]) -> int:
    """Mutate the packages one after another; 1 if a mutant lives without a reason."""
    reasons, code = may_live(REASONS.read_text("utf-8")), 0
    for package in packages or PACKAGES:
        started = time.monotonic()
        outcomes = mutated(Mutating(package), unit_tests_of(package))
        faults = verdict(outcomes, reasons_within(package, reasons))
        print(report(package, outcomes, faults, time.monotonic() - started), flush=True)
        code = 1 if faults else code
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
