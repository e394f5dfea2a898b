"""The hook that reads commit messages takes good ones and names each fault of the others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.profile import ROOT

HOOK = ROOT / ".githooks/commit_message.py"
BODY = "\n\nTwo builders of one event had begun to differ.\n"


def judged(message: str, folder: Path) -> tuple[int, str]:
    """The exit code of the hook and what it prints, for one message."""
    path = folder / "message"
    path.write_text(message, "utf-8")
    run = subprocess.run(
        [sys.executable, str(HOOK), str(path)], check=False, capture_output=True, text=True
    )
    return run.returncode, run.stderr


@pytest.mark.parametrize(
    "message",
    [
        f"notices: Share event construction.{BODY}",
        f"registry, portal: Name the customer in a change.{BODY}",
        f"# a comment of git\nnotices: Share event construction.{BODY}# On branch main\n",
        f"notices: Share it.{BODY}# ------------------------ >8 ------------------------\n+code",
        "fixup! notices: Share event construction.",
        "Merge branch 'edge'",
        'Revert "notices: Share event construction."\n\nThis reverts commit 0d5c224.\n',
    ],
)
def test_a_message_of_the_house_is_taken(message: str, tmp_path: Path) -> None:
    assert judged(message, tmp_path) == (0, "")


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ("", "has the form"),
        (f"Share event construction{BODY}", "has the form"),
        (f"notices: share event construction.{BODY}", "has the form"),
        (f"notices: Share event construction{BODY}", "has the form"),
        (f"Notices: Share event construction.{BODY}", "has the form"),
        (f"notices: Share events; name the loops.{BODY}", "one idea"),
        (f"notices: Share events. Name the loops.{BODY}", "one idea"),
        (f"notices: Share {'very ' * 12}much.{BODY}", "at most 72"),
        ("notices: Share event construction.", "A body says why"),
        ("notices: Share event construction.\n\n# On branch main\n", "A body says why"),
        ("notices: Share event construction.\nTwo had differed.\n", "A blank line"),
    ],
)
def test_a_fault_is_named(message: str, fault: str, tmp_path: Path) -> None:
    code, printed = judged(message, tmp_path)

    assert code == 1
    assert fault in printed
