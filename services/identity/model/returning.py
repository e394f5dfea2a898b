"""Where signing in leads back to: pages of this host that ask who is there, and nowhere else."""

from __future__ import annotations

import re

# The page that approves changes: one, or those of one notice, with commas. What else is named
# leads nowhere, so no address of ours sends anybody to a page of another's choice.
_ID = r"[\w-]{1,80}"
PAGES = re.compile(rf"/approve/{_ID}/[a-z0-9-]{{1,60}}/{_ID}(,{_ID}){{0,49}}", re.ASCII)


def return_path(wanted: str) -> str | None:
    """The path, or None where signing in does not lead there."""
    return wanted if PAGES.fullmatch(wanted) else None
