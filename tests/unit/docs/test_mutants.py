"""A rule may go unproven only with a reason."""

from __future__ import annotations

import pytest

from tests.mutants import PACKAGES, REASONS, ROOT, may_live, reasons_within, results_of, verdict


def test_every_package_that_is_mutated_is_there() -> None:
    assert [name for name in PACKAGES if not (ROOT / name).is_dir()] == []


def test_every_mutant_that_may_live_has_its_reason() -> None:
    assert all(may_live(REASONS.read_text("utf-8")).values())


def test_a_mutant_without_a_reason_is_refused() -> None:
    assert may_live("# a note\nclock.f__mutmut_1  Equal days are one day.\n") == {
        "clock.f__mutmut_1": "Equal days are one day."
    }
    with pytest.raises(ValueError, match="mutmut_2"):
        may_live("clock.f__mutmut_2\n")


def test_the_outcome_of_each_mutant_is_read_from_the_listing() -> None:
    listing = "    services.a.f__mutmut_1: killed\n    services.a.f__mutmut_2: survived\n"
    assert results_of(listing) == {
        "services.a.f__mutmut_1": "killed",
        "services.a.f__mutmut_2": "survived",
    }


@pytest.mark.parametrize("outcome", ["survived", "no tests", "not checked", "suspicious"])
def test_a_mutant_that_no_test_has_killed_fails_the_run(outcome: str) -> None:
    assert verdict({"f_1": "killed", "f_2": outcome}, {})[0] == 1
    assert verdict({"f_1": "killed", "f_2": outcome}, {})[1]
    assert verdict({"f_1": "timeout", "f_2": outcome}, {"f_2": "Equal."}) == (1, [])


@pytest.mark.parametrize("outcomes", [{"f_1": "killed"}, {"f_2": "survived"}, {"f_1": "timeout"}])
def test_a_reason_without_a_mutant_that_lives_fails_the_run(outcomes: dict[str, str]) -> None:
    reasons = {"f_1": "Equal.", **dict.fromkeys(outcomes.keys() - {"f_1"}, "Equal.")}
    assert verdict(outcomes, reasons)[1] == ["a reason is given, and no such mutant lives: f_1"]


def test_a_run_of_one_package_asks_for_the_reasons_of_that_package_alone() -> None:
    reasons = {
        "services.registry.clock.dates.f_1": "Equal.",
        "services.registry.clocks.dates.f_1": "Equal.",
        "services.registry.linter.chain.f_1": "Equal.",
    }
    within = reasons_within("services/registry/clock", reasons)
    assert within == {"services.registry.clock.dates.f_1": "Equal."}


def test_a_run_without_mutants_proves_nothing() -> None:
    assert verdict({}, {})[1]
