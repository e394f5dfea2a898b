"""Where there is no browser, its tests say so in words, and fail where one is required."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from deploy.profile import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ONE = "tests/browser/test_here.py::test_a_request_beyond_this_machine_is_refused_and_noted"


def run_one(**told: str) -> subprocess.CompletedProcess[str]:
    plain = {name: it for name, it in os.environ.items() if name != "ART28_BROWSER"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rsx", "-p", "no:cacheprovider", ONE],
        cwd=ROOT,
        env={**plain, "ART28_CHROMIUM": "/nowhere/chromium", **told},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_tests_are_skipped_and_say_what_to_install() -> None:
    done = run_one()
    assert (done.returncode, "1 skipped" in done.stdout) == (0, True), done.stdout
    assert "`make browser` installs it" in done.stdout


def test_where_a_browser_is_required_its_absence_is_a_failure() -> None:
    done = run_one(ART28_BROWSER="required")
    assert (done.returncode, "1 error" in done.stdout) == (1, True), done.stdout
    assert "`make browser` installs it" in done.stdout
