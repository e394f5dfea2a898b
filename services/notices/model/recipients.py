"""Who must be told: one recipient per agreement, and how far we know them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from shared.scope import Cover


@dataclass(frozen=True)
class Watermark:
    """Which versions of a processor's recipients we have seen.

    Entries of different agreements arrive in any order, so version 7 may come before version 5.
    ``up_to``: every version up to here is known; ``beyond``: the few known ones past a gap.
    """

    processor_id: str
    up_to: int = 0
    beyond: tuple[int, ...] = ()

    def with_seen(self, version: int) -> Watermark:
        known = {*self.beyond, version}
        up_to = self.up_to
        while up_to + 1 in known:
            up_to += 1
        beyond = tuple(sorted(each for each in known if each > up_to))
        return replace(self, up_to=up_to, beyond=beyond)


@dataclass(frozen=True)
class TermsPeriod:
    """The notice terms (named by ``key``), and what the agreement covered, from one version until
    before another. ``cover``: the members of a ``Cover``; None of earlier recipients."""

    key: str
    terms: dict[str, Any]
    since_version: int
    until_version: int | None = None
    cover: dict[str, Any] | None = None


@dataclass(frozen=True)
class Recipient:
    """One agreement's customer: to be told while ``until_version`` is None.

    Versions are those of the processor's recipients as a whole (``recipients_version``).
    ``contacts`` and ``channels`` are what the agreement names; they are personal data.
    ``ended_at`` is RFC 3339.
    ``language``: of the agreement (BCP 47), in which its customer is written to.
    ``confirmed``: whether the customer has said itself that it deals with this processor. Until
    then it is told by mail alone, at the contacts that the processor named.
    ``modifications``: whether the agreement lets it ask for modifications of a change.
    """

    agreement_id: str
    processor: dict[str, Any]
    controller: dict[str, Any]
    contacts: tuple[dict[str, Any], ...]
    channels: tuple[str, ...]
    products: tuple[str, ...]
    since_version: int
    until_version: int | None
    history: tuple[TermsPeriod, ...]
    ended_at: str | None = None
    language: str | None = None
    confirmed: bool = True
    modifications: bool = False

    @property
    def owner(self) -> str:
        """Whose messages they are; nobody's while the customer has not confirmed."""
        return owner_of(self.agreement_id, self.controller, self.confirmed)

    @property
    def is_told(self) -> bool:
        """Whether its agreement has not ended."""
        return self.until_version is None

    def covering(self, version: int, cover: Mapping[str, Any]) -> Recipient:
        """The same terms for other products, or with an end that is set."""
        period = replace(
            self.history[-1], since_version=version, until_version=None, cover=dict(cover)
        )
        return replace(self, history=(*_closed(self.history, version), period))

    def ended(self, version: int, at: str) -> Recipient:
        history = _closed(self.history, version)
        return replace(self, until_version=version, history=history, ended_at=at)


class RecipientRow(NamedTuple):
    """The part of a ``Recipient`` that fan-out reads for each notice.

    ``terms_key``, ``cover``: the notice terms that held at the version of the query, and what the
    agreement covered.
    """

    agreement_id: str
    controller_id: str
    channels: Sequence[str]
    terms_key: str | None
    cover: Cover
    modifications: bool = False


def period_at(version: int, history: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The period that held at a version, as it is stored."""
    held = (
        period
        for period in history
        if held_at(version, period["since_version"], period["until_version"])
    )
    return next(held, None)


def cover_of(period: Mapping[str, Any] | None, products: Sequence[str]) -> Cover:
    """What the agreement covered in a period; of one without a record, ``products`` for ever."""
    members = period.get("cover") if period else None
    return Cover.parse(members) if members else Cover(tuple(products))


def held_at(version: int, since: int, until: int | None) -> bool:
    """Whether what began at one version, and ended before another, held at this one."""
    return since <= version and (until is None or version < until)


def owner_of(agreement_id: str, controller: Mapping[str, Any], confirmed: bool) -> str:
    """The organisation whose endpoints, contacts and messages are meant: the customer, once it has
    said itself that it deals with the processor; before, the agreement stands for it, which has
    neither endpoints nor a reader."""
    return str(controller["id"]) if confirmed else agreement_id


def recipient_from(entry: Mapping[str, Any], before: Recipient | None) -> Recipient:
    """The recipient after an agreement was activated or amended.

    ``before`` is the recipient as it was, or None for a new one; the first terms stay in its
    history, because a change announced earlier is judged by the terms of that moment.
    """
    data, private = entry["data"], entry.get("private") or {}
    version = data["recipients_version"]
    period = TermsPeriod(data["terms_key"], dict(data["terms"]), version, cover=data.get("cover"))
    return Recipient(
        agreement_id=data["agreement_id"],
        processor=dict(data["processor"]),
        controller=dict(data["controller"]),
        contacts=tuple(dict(each) for each in private.get("contacts") or ()),
        channels=tuple(private.get("channels") or ()),
        products=tuple(data.get("products") or ()),
        since_version=before.since_version if before else version,
        until_version=None,
        history=(*_closed(before.history if before else (), version), period),
        language=private.get("language"),
        confirmed=data.get("confirmed", True),
        modifications=bool(private.get("modifications")),
    )


def _closed(history: Sequence[TermsPeriod], version: int) -> tuple[TermsPeriod, ...]:
    return tuple(
        replace(each, until_version=version) if each.until_version is None else each
        for each in history
    )
