"""What identity asks of other services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from shared.peers import ServiceClient
from shared.times import format_instant


class Written(Protocol):
    """A mail to be written, as ``mailing.Letter`` is one."""

    @property
    def to(self) -> Any: ...
    @property
    def language(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def expires_at(self) -> Any: ...
    @property
    def data(self) -> Any: ...


@dataclass(frozen=True)
class Notices:
    """Writes and sends the mails of identity."""

    client: ServiceClient

    def send(self, mail_id: str, kind: str, letter: Written) -> None:
        """Each id once, however often it is asked for."""
        body = {
            "id": mail_id,
            "kind": kind,
            "to": dict(letter.to),
            "language": letter.language,
            "url": letter.url,
            "expires_at": format_instant(letter.expires_at),
            "data": dict(letter.data),
        }
        self.client.post("/v1/mails", body)
