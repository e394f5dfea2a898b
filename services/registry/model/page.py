"""The public page of a register: whether there is one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True)
class Page:
    """``published_on``: the day, at the processor, from which the register is public without a
    break; None while it is not, and where it was public before the day was kept."""

    published: bool = False
    published_on: date | None = None
    revision: int = 1

    def stated(self, *, published: bool, today: date) -> Page:
        """The page as its processor wants it from now on; itself if nothing differs."""
        if published == self.published:
            return self
        return replace(
            self,
            published=published,
            published_on=today if published else None,
            revision=self.revision + 1,
        )


# Registers of before the switch were public, and stay so.
ALWAYS_PUBLIC = Page(published=True)
