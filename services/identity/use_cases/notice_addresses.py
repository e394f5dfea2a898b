"""The address where an organisation reads answers to its mails: stated by it, and proved to receive
by the link of a mail that goes there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.identity.model.links import ADDRESS_PROBE, Link, LinkUnknown
from services.identity.model.organisations import NoticeAddress, Organisation
from services.identity.model.trail import INSTALLER, ORGANISATION_CHANGED, Act, differences, subject
from services.identity.use_cases import links
from services.identity.use_cases.trail import note
from services.identity.wiring import Deps
from shared.auth import Caller
from shared.documents import to_document
from shared.errors import Forbidden, Invalid
from shared.mongo import Session
from shared.times import format_instant


class AddressNotYours(Forbidden):
    """Only the organisation itself, or the platform, states where it reads answers."""

    code = "address-not-yours"


class ProofNotYours(Invalid):
    """That an address is proved is not yours to state; use the link in the mail."""

    code = "proof-not-yours"


@dataclass(frozen=True)
class Probed:
    """What a link of a probe is about: an organisation and the address that it has stated."""

    organisation: Organisation
    email: str


def stated(
    caller: Caller, current: Organisation, body: Mapping[str, Any] | None
) -> NoticeAddress | None:
    """The address after a change: another one is unproved again, and so is the same one with
    ``proved_at: null``, by which it is tried anew; else the same one stays as it is.

    Raises ``AddressNotYours`` and ``ProofNotYours``.
    """
    if not caller.is_platform and caller.org_id != current.id:
        raise AddressNotYours
    if body is None:
        return None
    before = current.notice_address
    is_same = before is not None and before.email == body["email"]
    address = before if before and is_same else NoticeAddress(body["email"])
    if "proved_at" in body and body["proved_at"] is None:
        return NoticeAddress(body["email"])
    if "proved_at" in body and body["proved_at"] != address.proved_at:
        raise ProofNotYours
    return address


def count_probe(deps: Deps, organisation: Organisation) -> None:
    """Count the mail before the transaction that asks for it. Raises ``TooManyMails``."""
    if (address := organisation.notice_address) and not address.proved_at:
        deps.throttle.asked_for_mail(address.email, organisation.id, deps.now())


def probe(deps: Deps, organisation: Organisation, session: Session) -> None:
    """Have a link sent to an address that is not proved; stating it once more sends another."""
    address = organisation.notice_address
    if address is None or address.proved_at:
        return
    deps.outgoing.add(
        {
            "_id": deps.new_id("mai"),
            "kind": ADDRESS_PROBE,
            "to": address.email,
            "made_at": deps.now(),
            "org_id": organisation.id,
        },
        session,
    )


def shown(deps: Deps, token: str) -> Probed:
    """What this link would prove; nothing is proved by looking. Raises as ``links.usable`` does,
    and ``LinkUnknown`` where the organisation reads answers elsewhere by now."""
    return _probed(deps, links.usable(deps, ADDRESS_PROBE, token))


def prove(deps: Deps, token: str) -> Probed:
    """The address receives, for who holds the link has read the mail."""

    def work(session: Session) -> Probed:
        probed = _probed(deps, links.use_up(deps, ADDRESS_PROBE, token, session))
        _save(deps, probed, session, subject("mailbox", "mailbox", probed.email))
        return probed

    return deps.mongo.transact(work)


def vouch(deps: Deps, org_id: str, email: str) -> None:
    """Take an address as proved at the installer's word: that of a sample, whose mail nobody
    reads."""
    vouched = Probed(deps.organisations.get(org_id), email)
    deps.mongo.transact(lambda session: _save(deps, vouched, session, INSTALLER))


def _probed(deps: Deps, link: Link) -> Probed:
    organisation = deps.organisations.get(link.org_id or "")
    address = organisation.notice_address
    if address is None or address.email != link.email:
        raise LinkUnknown
    return Probed(organisation, address.email)


def _save(deps: Deps, probed: Probed, session: Session, actor: Mapping[str, str]) -> None:
    before = probed.organisation
    address = NoticeAddress(probed.email, deps.now())
    after = replace(before, notice_address=address, revision=before.revision + 1)
    deps.organisations.replace(after, session)
    named = subject("organisation", after.id, after.legal_name)
    changes = differences(in_trail(before), in_trail(after))
    note(deps, Act(ORGANISATION_CHANGED, after.id, named, changes, actor=actor), session)


def in_trail(organisation: Organisation) -> dict[str, Any]:
    """An organisation's members as the audit trail has them, with instants as text."""
    members, address = to_document(organisation), organisation.notice_address
    proved = format_instant(address.proved_at) if address and address.proved_at else None
    told = {"email": address.email, "proved_at": proved} if address else None
    return {**members, "notice_address": told}
