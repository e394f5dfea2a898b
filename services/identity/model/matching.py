"""By what an organisation is known again: its registration number, or else its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from shared.importing.country_names import plain

_NOT_NUMBER = re.compile(r"[^0-9a-z]")


class Keys(NamedTuple):
    """The keys of one organisation; None where it has no number, or no name or country."""

    number: str | None
    name: str | None

    def all(self) -> list[str]:
        return [key for key in self if key]


def keys_of(members: Mapping[str, Any]) -> Keys:
    """The same keys for the same company, however its number is written: "DK-12 34 56 78"."""
    country = members.get("country") or ""
    number = _NOT_NUMBER.sub("", (members.get("registration_number") or "").casefold())
    bare = number.removeprefix(country.casefold())
    name = plain(members.get("legal_name") or "")
    return Keys(
        f"{country}#{bare}" if country and bare else None,
        f"{country}={name}" if country and name else None,
    )
