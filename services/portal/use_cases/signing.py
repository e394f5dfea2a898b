"""A person without an account reads, accepts or refuses an agreement by the link in its mail.

`notices` knows which version of which agreement the link was sent for; the acts go to `agreements`
on behalf of the customer, like those of the portal itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from services.portal.model.sign import ACCEPT, Offered, acts_open, is_vendors, state_of
from services.portal.use_cases.answering import NotOpen
from services.portal.wiring import Deps
from shared.auth import CLIENT, CLIENT_ADDRESS
from shared.errors import DomainError, NotFound
from shared.peers import refusal

# Refusals of what has been done already.
DONE_ALREADY = frozenset({"already-accepted"})


@dataclass(frozen=True)
class Offer:
    """What a link is about. ``link``: as `notices` tells it; ``agreement``: as the customer reads
    it; ``changes``: what the version changes of the one before; ``vendors``: as in ``Offered``."""

    link: Mapping[str, Any]
    agreement: Mapping[str, Any]
    changes: Sequence[Mapping[str, Any]]
    vendors: bool

    @property
    def version(self) -> int:
        return int(self.link["version"])

    @property
    def offered(self) -> Offered:
        agreement, offer = self.agreement, self.agreement["offer"]
        refused = agreement["refusal"] or {}
        return Offered(
            version=self.version,
            latest=agreement["latest_version"],
            on_offer=offer["version"] if offer else None,
            accepted=frozenset(each["party"] for each in self.acceptances),
            refused_by=refused.get("party") if refused.get("version") == self.version else None,
            link=self.link["state"],
            vendors=self.vendors,
        )

    @property
    def state(self) -> str:
        return state_of(self.offered)

    @property
    def acts(self) -> tuple[str, ...]:
        return acts_open(self.offered)

    @property
    def acceptances(self) -> list[Mapping[str, Any]]:
        """Who has accepted the version of the link."""
        return [each for each in self.agreement["acceptances"] if each["version"] == self.version]

    @property
    def customer_id(self) -> str:
        return str(self.link["customer"]["id"])


def read(deps: Deps, token: str) -> Offer:
    """What the link is about, and what is so. Raises ``NotFound`` for a link that is no good, or an
    agreement that is no longer kept."""
    link = deps.notices.post("/v1/sign-links", {"token": token})
    customer_id, path = link["customer"]["id"], f"/v1/agreements/{link['agreement_id']}"
    agreement = deps.agreements.get(path, None, customer_id)
    changes = _changes(deps, path, link["version"], customer_id)
    vendors = is_vendors(
        link["contact"]["email"],
        _addresses(deps, link["processor"]["id"]),
        _addresses(deps, customer_id),
    )
    return Offer(link, agreement, changes, vendors)


def document(deps: Deps, token: str, kind: str) -> requests.Response:
    """The document of the link's version as a file of this media type."""
    link = deps.notices.post("/v1/sign-links", {"token": token})
    answer = deps.agreements.send(
        "GET",
        f"/v1/agreements/{link['agreement_id']}/document",
        params={"version": link["version"]},
        headers={"Accept": kind},
        on_behalf_of=link["customer"]["id"],
    )
    if answer.ok:
        return answer
    raise refusal(answer) or NotFound


def act(deps: Deps, seen: Offer, act: str, form: Mapping[str, Any], address: str) -> None:
    """Accept or refuse in the name of the person who filled in the form. Raises ``NotOpen``, or
    what `agreements` refuses: another document than the one that was read, for instance."""
    if act not in seen.acts:
        if act == ACCEPT and any(each["party"] == "controller" for each in seen.acceptances):
            return
        raise NotOpen
    path, body = (_acceptance if act == ACCEPT else _refusal)(seen, form)
    answer = deps.agreements.send(
        "POST",
        f"/v1/agreements/{seen.link['agreement_id']}/{path}",
        json=body,
        headers={CLIENT: f"link:{seen.link['mail_id']}", CLIENT_ADDRESS: address},
        on_behalf_of=seen.customer_id,
    )
    refused = None if answer.ok else refusal(answer) or DomainError()
    if refused and refused.code not in DONE_ALREADY:
        raise refused


def _acceptance(_: Offer, form: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    return "accept", dict(form)


def _refusal(seen: Offer, form: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The reason with the person who gave it: a refusal has no members of its own for that."""
    contact = seen.link["contact"]["email"]
    return "reject", {"reason": f"{form['reason']}\n\n{form['name']}, {form['title']} ({contact})"}


def _changes(deps: Deps, path: str, version: int, customer_id: str) -> list[Mapping[str, Any]]:
    if version == 1:
        return []
    told = deps.agreements.get(f"{path}/changes", {"version": version}, customer_id)
    items: list[Mapping[str, Any]] = told["items"]
    return items


def _addresses(deps: Deps, org_id: str) -> list[str]:
    try:
        told = deps.identity.get(f"/v1/organisations/{org_id}")
    except NotFound:
        return []
    notice = (told.get("notice_address") or {}).get("email")
    named = [contact["email"] for contact in told.get("contacts") or ()]
    return [*named, *([notice] if notice else [])]
