"""A rule may go unproven only with a reason."""

from __future__ import annotations

import pytest

from tests.mutants import PACKAGES, REASONS, ROOT, may_live, results_of, verdict


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


def test_a_run_without_mutants_proves_nothing() -> None:
    assert verdict({}, {})[1]
