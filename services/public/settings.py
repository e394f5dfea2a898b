"""Settings of the public service, read once at start."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.settings import Common, parsed, reader

CONTACT = re.compile(r"(?:https://|mailto:|tel:)[!-~]+\Z")
# The services whose OpenAPI documents are shown under /docs.
DOCUMENTED = ("identity", "agreements", "registry", "notices", "portal")


@dataclass(frozen=True)
class Settings:
    """The settings of this service.

    ``fresh_seconds``: how long an answer is served without a query to the registry whether the
    register has changed. The time is short, so that visitors see an announcement at once.
    ``security_contact``: a URL, such as ``mailto:security@operator.example``; empty: none.
    """

    common: Common
    fresh_seconds: float = 0.05
    security_contact: str = ""

    @property
    def origin(self) -> str:
        return self.common.origin

    def document_url(self, name: str) -> str:
        return self.common.urls.get(name, f"{self.origin}/{name}")

    @classmethod
    def from_env(cls) -> Settings:
        contact = parsed(reader(), "ART28_SECURITY_CONTACT", _contact, "")
        return cls(Common.from_env(), security_contact=contact)


def _contact(text: str) -> str:
    if text and not CONTACT.match(text):
        raise ValueError("a contact is a URL such as mailto:security@operator.example")
    return text
