"""Check one commit message: `area: Imperative sentence.`, a blank line, a body that says why.

Called by git with the path of the message; exits 1 with one line per fault. Needs only Python.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

LONGEST = 72
_SUBJECT = re.compile(r"(?P<area>[a-z][a-z0-9 ,/_-]*): (?P<sentence>[A-Z].*\.)")
# Git writes these itself, and `git rebase --autosquash` takes them away again.
_BY_GIT = re.compile(r"(Merge |Revert \"|(fixup|squash|amend)! )")
_SCISSORS = re.compile(r"^# -+ >8 -+$", re.MULTILINE)


def faults(message: str) -> list[str]:
    """Return what is wrong with a message, one sentence per fault; empty when nothing is."""
    subject, *rest = _written(message) or [""]
    if _BY_GIT.match(subject):
        return []
    return [*_subject_faults(subject), *_body_faults(rest)]


def _written(message: str) -> list[str]:
    """Return the lines of the author, without git's comments and the diff of `commit -v`."""
    text = _SCISSORS.split(message)[0]
    lines = [line.rstrip() for line in text.splitlines() if not line.startswith("#")]
    return "\n".join(lines).strip("\n").splitlines()


def _subject_faults(subject: str) -> list[str]:
    found = []
    match = _SUBJECT.fullmatch(subject)
    if match is None:
        found.append("The subject has the form `area: Imperative sentence.`.")
    elif ";" in match["sentence"] or ". " in match["sentence"]:
        found.append("The subject holds one idea; commit the other one apart.")
    if len(subject) > LONGEST:
        found.append(f"The subject has {len(subject)} characters; at most {LONGEST}.")
    return found


def _body_faults(rest: list[str]) -> list[str]:
    if not any(rest):
        return ["A body says why, after a blank line."]
    return ["A blank line stands between subject and body."] if rest[0] else []


def main(path: str) -> int:
    """Check the message in a file; the exit code is 0, or 1 with the faults on stderr."""
    found = faults(Path(path).read_text("utf-8"))
    for fault in found:
        print(f"commit message: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
