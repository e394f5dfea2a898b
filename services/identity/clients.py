"""What identity asks of other services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True)
class Agreements:
    """Keeps what an import of customers says of agreements."""

    client: ServiceClient

    def columns(self) -> Sequence[Mapping[str, Any]]:
        """The columns that speak of agreements, with their headings. Raises ``Unavailable``."""
        columns: Sequence[Mapping[str, Any]] = self.client.get("/v1/customer-columns")["columns"]
        return columns

    def add(self, batch: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
        """What becomes of the rows of a batch, by row. Raises ``Unavailable``."""
        outcomes = self.client.post("/v1/customers", batch)["outcomes"]
        return {outcome["row"]: outcome for outcome in outcomes}
