"""Mails of identity: written when they leave, so that no token waits anywhere in the clear.

Notices writes and sends them. For a mail asked for by an address that nobody has there is none, and
nobody outside can tell. A kind is a line in ``KINDS``, and its words in the catalogues of notices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from services.identity.clients import Notices
from services.identity.model.links import ADDRESS_PROBE, INVITATION, SIGN_IN
from services.identity.model.passkeys import COPIED
from services.identity.model.people import Person, membership_for
from services.identity.store.stored import StoredOutgoing
from services.identity.use_cases.approvals import APPROVAL
from services.identity.use_cases.hands import approves
from services.identity.use_cases.links import new_link
from services.identity.use_cases.told_members import MEMBERSHIP_ENDED, ROLES_CHANGED
from services.identity.wiring import Deps
from shared.failures import Failures
from shared.times import format_instant

log = structlog.get_logger()

# Who asked an hour ago has asked again, or given up.
GIVEN_UP = timedelta(hours=1)
# The link of an approval opens a page that asks who is there; the mail is tried for so long.
TRIED = timedelta(days=3)


@dataclass(frozen=True)
class Letter:
    """A mail to be written: to whom, in which language, with which facts and link."""

    to: Mapping[str, str]
    language: str
    url: str
    expires_at: datetime
    data: Mapping[str, Any]


def _sign_in(deps: Deps, row: StoredOutgoing) -> Letter | None:
    person = deps.people.at(row["to"])
    if person is None:
        return None
    letter = _with_link(deps, SIGN_IN, person, {"asked_at": format_instant(row["made_at"])})
    chosen = row.get("data", {}).get("language")
    return replace(letter, language=chosen) if chosen else letter


def _invitation(deps: Deps, row: StoredOutgoing) -> Letter | None:
    """None when the invitation was taken back, or accepted, before its mail was written."""
    person, org_id = deps.people.at(row["to"]), row["org_id"]
    membership = person.membership(org_id) if person else None
    if person is None or membership is None or membership.joined_at:
        return None
    organisation = deps.organisations.get(org_id).legal_name
    data = {"organisation": organisation, "by": row.get("by", ""), "roles": [*membership.roles]}
    # Greeted as who invites calls them: an earlier inviter has no say in this mail.
    person = replace(person, name=membership.name, locale=membership.locale)
    return _with_link(deps, INVITATION, person, data, org_id)


def _passkey_copied(deps: Deps, row: StoredOutgoing) -> Letter | None:
    """To the owner, whose page of passkeys it leads to."""
    person = deps.people.at(row["to"])
    if person is None:
        return None
    to = {"name": person.name, "email": person.email}
    url = f"{deps.settings.common.origin}/sign-in"
    data = {"passkey": row.get("by", ""), "at": format_instant(row["made_at"])}
    return Letter(to, person.locale, url, row["made_at"] + GIVEN_UP, data)


def _with_link(
    deps: Deps, purpose: str, person: Person, data: Mapping[str, Any], org_id: str | None = None
) -> Letter:
    link, url = deps.mongo.transact(
        lambda session: new_link(deps, purpose, person.id, session, org_id)
    )
    to = {"name": person.name, "email": person.email}
    return Letter(to, person.locale, url, link.expires_at, data)


def _address_probe(deps: Deps, row: StoredOutgoing) -> Letter | None:
    """None when the organisation has stated another address since, or has proved this one."""
    organisation, email = deps.organisations.get(row["org_id"]), row["to"]
    address = organisation.notice_address
    if address is None or address.email != email or address.proved_at:
        return None
    link, url = deps.mongo.transact(
        lambda session: new_link(deps, ADDRESS_PROBE, "", session, organisation.id, email=email)
    )
    to = {"name": organisation.legal_name, "email": email}
    data: dict[str, Any] = {"organisation": organisation.legal_name}
    if "processor" in organisation.kind:
        # By these notices tells the vendor, should the mail come back.
        named = (organisation.id, organisation.slug, organisation.legal_name)
        data["vendor"] = dict(zip(("id", "slug", "legal_name"), named, strict=True))
    return Letter(to, organisation.locale, url, link.expires_at, data)


def _approval(deps: Deps, row: StoredOutgoing) -> Letter | None:
    """None when the person has left, or may not approve any more, before the mail was written."""
    person, organisation = deps.people.at(row["to"]), deps.organisations.get(row["org_id"])
    there = person.membership(organisation.id) if person else None
    if person is None or there is None or there.joined_at is None:
        return None
    if not approves(organisation.kind, organisation.id, person):
        return None
    to = {"name": membership_for(person, organisation.id).name, "email": person.email}
    language = person.locale.partition("-")[0]
    url = f"{deps.settings.common.origin}{row['path']}?lang={language}"
    data = {**row["data"], "organisation": organisation.legal_name}
    return Letter(to, person.locale, url, row["made_at"] + TRIED, data)


def _of_membership(deps: Deps, row: StoredOutgoing) -> Letter | None:
    """To the person, wherever the membership stands by now."""
    data = row["data"]
    organisation = deps.organisations.get(row["org_id"]).legal_name
    told = {"organisation": organisation, "by": row["by"], "at": format_instant(row["made_at"])}
    told |= {name: data[name] for name in ("roles", "before") if name in data}
    to = {"name": data["name"], "email": row["to"]}
    url = f"{deps.settings.common.origin}/sign-in"
    return Letter(to, data["locale"], url, row["made_at"] + TRIED, told)


KINDS: Mapping[str, Callable[[Deps, StoredOutgoing], Letter | None]] = {
    SIGN_IN: _sign_in,
    INVITATION: _invitation,
    COPIED: _passkey_copied,
    ADDRESS_PROBE: _address_probe,
    APPROVAL: _approval,
    ROLES_CHANGED: _of_membership,
    MEMBERSHIP_ENDED: _of_membership,
}


@dataclass(frozen=True)
class Mailing:
    """The loop ``identity.mail``. Repeating a step sends no second mail: notices takes in each
    once, and a link of which no mail left leads nobody anywhere."""

    deps: Deps
    notices: Notices
    failures: Failures

    def run_once(self) -> bool:
        """Hand over what waits, a bounded number; True when there may be more."""
        self.deps.outgoing.remove_older(self.deps.now() - GIVEN_UP)
        waiting = self.deps.outgoing.waiting(self.failures.barred())
        self.failures.run(waiting, self._hand_over)
        return bool(waiting)

    def _hand_over(self, mail_id: str) -> None:
        row = self.deps.outgoing.find(mail_id)
        if row is None:
            return  # Another process was faster.
        letter = KINDS[row["kind"]](self.deps, row)
        if letter is not None:
            self.notices.send(mail_id, row["kind"], letter)
        self.deps.outgoing.remove(mail_id)
