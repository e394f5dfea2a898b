"""Where signing in leads back to: pages of this host that ask who is there, and nowhere else."""

from __future__ import annotations

import re

# The page that approves a change. What else is named leads nowhere, so no address of ours sends
# anybody to a page of another's choice.
PAGES = re.compile(r"/approve/[\w-]{1,80}/[a-z0-9-]{1,60}/[\w-]{1,80}", re.ASCII)


def return_path(wanted: str) -> str | None:
    """The path, or None where signing in does not lead there."""
    return wanted if PAGES.fullmatch(wanted) else None
