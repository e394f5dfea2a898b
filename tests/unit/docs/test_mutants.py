"""A rule may go unproven only with a reason, and a change that a test notices is noticed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.mutants import (
    PACKAGES,
    REASONS,
    ROOT,
    may_live,
    reasons_within,
    report,
    unit_tests_of,
    verdict,
)
from tests.mutations import mutants_of

RULES = '''
from collections.abc import Callable
from functools import cache

class Days:
    @staticmethod
    def is_late(day: int, last: int = 14) -> bool:
        """Whether it is late."""
        return day > last

def length(days: list[int]) -> int:
    count = 0
    while count < len(days):
        count += 1
    return count

def unseen(day: int) -> int:
    return day

@cache
def first_day() -> int:
    return 1
'''
# The last day itself is not asked about, so that one change of the rule goes unnoticed.
THEIR_TESTS = """
from made_up.rules.days import Days, first_day, length

def test_days_after_the_last_are_late():
    assert Days.is_late(15) and not Days.is_late(13)

def test_each_day_is_counted():
    assert length([1, 2]) == 2

def test_a_first_day_is_there():
    assert first_day()

def test_the_first_day_is_one():
    assert first_day() == 1
"""


@pytest.fixture(scope="module")
def listing(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What a run over two small rules prints."""
    folder = tmp_path_factory.mktemp("mutants")
    (folder / "made_up/rules").mkdir(parents=True)
    (folder / "made_up/rules/days.py").write_text(RULES)
    (folder / "test_days.py").write_text(THEIR_TESTS)
    program = (
        "from pathlib import Path; from tests.mutants import *\n"
        f"folder = Path({str(folder)!r})\n"
        "outcomes = mutated(Mutating('made_up/rules', folder, least=1), folder)\n"
        "print(*(f'{outcome}: {name}' for name, outcome in outcomes.items()), sep='\\n')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": f"{ROOT}:{folder}"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_a_change_that_a_test_notices_is_killed(listing: list[str]) -> None:
    assert "killed: made_up.rules.days.Days.is_late: return day > last -> None" in listing


def test_a_change_that_no_test_notices_survives(listing: list[str]) -> None:
    assert "survived: made_up.rules.days.Days.is_late: day > last: Gt -> GtE" in listing


def test_an_endless_loop_is_ended_and_said(listing: list[str]) -> None:
    assert "timeout: made_up.rules.days.length: count += 1: Add -> Sub" in listing
    summary = report("made_up", {"f_1": "timeout", "f_2": "killed", "f_3": "survived"}, ["no"], 4.2)
    assert summary == "made_up: 2 of 3 mutants killed (1 by the time limit) in 4 s\n  no"


def test_a_change_that_no_test_reaches_is_said(listing: list[str]) -> None:
    assert "no test reaches it: made_up.rules.days.unseen: return day -> None" in listing


def test_what_an_earlier_test_has_cached_is_reached_by_the_later_ones(listing: list[str]) -> None:
    assert "killed: made_up.rules.days.first_day: 1 -> 2" in listing


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        ("return a <= b", ["return a <= b -> None", "a <= b: LtE -> Lt"]),
        ("return not a", ["return not a -> None", "not a -> a"]),
        ("return f(a, b=1)", ["return f(a, b=1) -> None", "f(a -> None)", "1 -> 2"]),
        ("if a: pass", ["a -> not a"]),
        ("if a and b == 'x': pass", ["a and b == 'x': And -> Or", "'x' -> 'XXxXX'"]),
        ("x = -1", ["x = -1 -> None", "-1: USub -> UAdd", "1 -> 2"]),
        ("x = max(a, key=b)", ["max(a, key=b) -> min", "max(key=b left out)"]),
        ("x = [i for i in a if i]", ["i -> not i"]),
        ("while True: break", ["break -> continue", "True -> False"]),
        ("return f'text {a - 1}'", ["a - 1: Sub -> Add", "1 -> 2"]),
    ],
)
def test_each_kind_of_slip_is_made(line: str, changes: list[str]) -> None:
    made = [mutant.name for mutant in mutants_of(f"def f(a, b):\n    {line}\n", "m", "m.py")]
    assert {f"m.f: {change}" for change in changes} <= set(made)


def test_equal_changes_in_one_function_have_names_of_their_own() -> None:
    made = [mutant.name for mutant in mutants_of("def f(a):\n    return a[1] + 1\n", "m", "m.py")]
    assert [name for name in made if "1 -> 2" in name] == ["m.f: 1 -> 2", "m.f: 1 -> 2 (2)"]


def test_docstrings_annotations_and_pieces_of_texts_stay() -> None:
    source = 'def f(a: "int" = 1) -> "int":\n    """Return."""\n    b: "int" = a\n    f"text {b}"\n'
    assert [mutant.name for mutant in mutants_of(source, "m", "m.py")] == [
        "m.f: b: 'int' = a -> None"
    ]


def test_every_package_that_is_mutated_is_there() -> None:
    assert [name for name in PACKAGES if not (ROOT / name).is_dir()] == []


def test_every_mutant_that_may_live_has_its_reason() -> None:
    assert all(may_live(REASONS.read_text("utf-8")).values())


def test_a_mutant_without_a_reason_is_refused() -> None:
    assert may_live("# a note\nclock.f: 1 -> 2  Equal days are one day.\n") == {
        "clock.f: 1 -> 2": "Equal days are one day."
    }
    with pytest.raises(ValueError, match=r"clock\.f: 1 -> 2"):
        may_live("clock.f: 1 -> 2\n")


@pytest.mark.parametrize("outcome", ["survived", "no test reaches it"])
def test_a_mutant_that_no_test_has_killed_fails_the_run(outcome: str) -> None:
    assert verdict({"f_1": "killed", "f_2": outcome}, {})
    assert verdict({"f_1": "timeout", "f_2": outcome}, {"f_2": "Equal."}) == []


def test_one_reason_may_name_all_mutants_of_a_kind() -> None:
    living = dict.fromkeys(["m.f: log(a[1] -> None)", "m.f: log('b' left out)"], "survived")
    assert verdict(living, {"m.f: log(*)": "Texts of logs."}) == []
    assert verdict(living, {"m.f: log(a[1] -> *)": "Texts of logs."}) != []


@pytest.mark.parametrize("outcomes", [{"f_1": "killed"}, {"f_2": "survived"}, {"f_1": "timeout"}])
def test_a_reason_without_a_mutant_that_lives_fails_the_run(outcomes: dict[str, str]) -> None:
    reasons = {"f_1": "Equal.", **dict.fromkeys(outcomes.keys() - {"f_1"}, "Equal.")}
    assert verdict(outcomes, reasons) == ["a reason is given, and no such mutant lives: f_1"]


def test_a_run_of_one_package_asks_for_the_reasons_of_that_package_alone() -> None:
    reasons = {
        "services.registry.clock.dates.f: 1 -> 2": "Equal.",
        "services.registry.clocks.dates.f: 1 -> 2": "Equal.",
        "services.registry.linter.chain.f: 1 -> 2": "Equal.",
    }
    within = reasons_within("services/registry/clock", reasons)
    assert within == {"services.registry.clock.dates.f: 1 -> 2": "Equal."}


def test_a_run_without_mutants_proves_nothing() -> None:
    assert verdict({}, {})


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_has_code_and_unit_tests(package: str) -> None:
    assert list((ROOT / package).glob("*.py"))
    assert list(unit_tests_of(package).glob("test_*.py"))
