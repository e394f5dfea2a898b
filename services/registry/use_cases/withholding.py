"""Erase what earlier versions published and the disclosure list forbids (decision 0026)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.registry import events, ledger_entries
from services.registry.model.erasures import EntriesPending
from services.registry.model.register import Register
from services.registry.transfers import known_evidence
from services.registry.use_cases.jurisdiction import law_of
from services.registry.wiring import Deps
from shared.disclosure import exceeds
from shared.mongo import Session

Content = dict[str, Any]
BATCH = 200


@dataclass(frozen=True)
class Withheld:
    """``entries``: ledger entries that lost a part, ``records``: versions and changes."""

    slug: str
    entries: tuple[int, ...]
    records: int


def withhold(deps: Deps, slug: str, reason: str) -> Withheld:
    """Erase from one register's ledger, versions and changes what the list does not name.

    The chain stays whole, and a ledger entry says which entries lost their data and why; `notices`
    receives it and rewrites the messages that it made of them. Raises ``EntriesPending``.
    """
    register = deps.stores.registers.by_slug(slug)
    instruments = law_of(deps, register).instruments

    def cleaned(content: Content) -> Content:
        return known_evidence(content, instruments)

    published = tuple(_published(deps, register))
    private = tuple(_private(deps, register, cleaned))

    def work(session: Session) -> Withheld:
        records = deps.stores.traces.rewrite_contents(register.id, cleaned, session)
        entries = tuple(sorted({*published, *private}))
        if entries:
            _erase(deps, register, published, private, session)
            payload = ledger_entries.withheld(register, entries, reason)
            deps.ledger.append(
                session,
                register.stream,
                events.ENTRIES_WITHHELD,
                payload,
                at=deps.now(),
                actor="operator",
            )
        return Withheld(register.slug, entries, records)

    return deps.mongo.transact(work)


def _published(deps: Deps, register: Register) -> Iterator[int]:
    """Entries whose open part holds more than the list names."""
    after = 0
    while entries := deps.ledger.entries(register.stream, after, BATCH):
        after = entries[-1].sequence
        for entry in entries:
            if entry.data is not None and exceeds(vars(entry)):
                yield entry.sequence


def _private(
    deps: Deps, register: Register, cleaned: Callable[[Content], Content]
) -> Iterator[int]:
    """Entries whose private part holds contents that are no longer read."""
    for sequence, part in deps.ledger.private_parts(register.stream):
        contents = [part.get("content"), *(part.get("contents") or ())]
        if any(content and cleaned(content) != content for content in contents):
            yield sequence


def _erase(
    deps: Deps,
    register: Register,
    published: Sequence[int],
    private: Sequence[int],
    session: Session,
) -> None:
    if not deps.ledger.is_delivered(register.stream, session):
        raise EntriesPending
    for sequence in published:
        deps.ledger.erase_data(session, register.stream, sequence)
    for sequence in private:
        deps.ledger.erase_private(session, register.stream, sequence)
