"""What the table of the benchmarks says is what was measured."""

from __future__ import annotations

import os
from importlib import import_module

import pytest

from tests.benchmarks.__main__ import NAMES
from tests.benchmarks.figures import Figure, bounds_of, percentile, spread_of, table
from tests.benchmarks.machine import Cpu, cpu, peak_mib
from tests.benchmarks.processes import wait_until


def test_it_works() -> None:
    told = table([Figure("rate", "12/s", ">= 10/s", "5% of 5", reached=True)]).splitlines()
    assert told[0].split() == ["figure", "goal", "measured", "spread", "reached"]
    assert told[2].split() == ["rate", ">=", "10/s", "12/s", "5%", "of", "5", "yes"]


def test_a_goal_that_was_missed_stands_out_from_one_that_is_none() -> None:
    missed, none = Figure("a", "1", reached=False), Figure("b", "1")
    assert [line.split()[-1] for line in table([missed, none]).splitlines()[2:]] == ["NO", "-"]


@pytest.mark.parametrize(
    ("count", "part", "rank"), [(200, 0.99, 198), (100, 0.99, 99), (1, 0.99, 1), (3, 0.5, 2)]
)
def test_a_percentile_is_the_one_of_the_nearest_rank(count: int, part: float, rank: int) -> None:
    assert percentile(range(count, 0, -1), part) == rank


def test_a_spread_goes_from_the_least_to_the_greatest() -> None:
    assert spread_of([9.0, 10.0, 12.0]) == "30% of 3"
    assert bounds_of([-2.0, 7.0], " %") == "-2 to 7 % of 2"


def test_processor_time_is_told_for_each_notice_and_apart_from_that_of_others() -> None:
    used = Cpu({"ours": 3.0}, busy=4.0, idle=1.0).since(Cpu({"ours": 1.0}, busy=0.0, idle=0.0))
    assert used.table(1_000).startswith("CPU µs/notice: ours 2000  sum 2000")
    assert (used.load, used.others) == (0.8, 0.5)


def test_processes_are_read_as_the_kernel_tells_them() -> None:
    me = {"me": [os.getpid()]}
    before = cpu(me)
    wait_until(lambda: cpu(me).since(before).of["me"] > 0, 10, "no time passed", every=0)
    assert peak_mib(os.getpid()) > 1


@pytest.mark.parametrize("name", NAMES)
def test_every_benchmark_can_be_chosen_and_says_how_long_it_takes(name: str) -> None:
    module = import_module(f"tests.benchmarks.bench_{name}")
    assert 0 < module.MINUTES < 5
    with pytest.raises(SystemExit) as ended:
        module.main([*module.TINY, *module.FULL, "--help"])
    assert ended.value.code == 0
