"""A person without an account reads and answers an agreement by the link in its mail: accepts or
refuses what is offered, confirms or declines what its vendor has recorded as signed elsewhere.

`notices` knows which version of which agreement the link was sent for; the acts go to `agreements`
on behalf of the customer, like those of the portal itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import requests

from services.portal.model.sign import (
    ACCEPT,
    CONFIRM,
    CONFIRM_PAPER,
    DECLINE,
    PROPOSE,
    REFUSE,
    REFUSE_PAPER,
    UPLOAD,
    Offered,
    Recorded,
    acts_on_recorded,
    acts_open,
    is_vendors,
    state_of,
    state_of_recorded,
)
from services.portal.use_cases.answering import NotOpen
from services.portal.wiring import Deps
from shared.auth import CLIENT, CLIENT_ADDRESS
from shared.errors import DomainError, NotFound
from shared.pdfs import PDF
from shared.peers import refusal

# Refusals of what has been done already.
DONE_ALREADY = frozenset({"already-accepted"})
# Where each act goes. Those that bind take the form as it is.
PATHS = {ACCEPT: "accept", REFUSE: "reject", CONFIRM: "confirm", DECLINE: "decline",
         CONFIRM_PAPER: "paper/confirm", REFUSE_PAPER: "paper/refuse",
         PROPOSE: "proposals"}  # fmt: skip
BINDING = (ACCEPT, CONFIRM, CONFIRM_PAPER)


@dataclass(frozen=True)
class Offer:
    """What a link is about. ``link``: as `notices` tells it; ``agreement``: as the customer reads
    it; ``changes``: what the version changes of the one before; ``vendors``: as in ``Offered``.
    ``binds``: the organisation that a confirmation by this link would bind, None: it may not.
    ``proposals``: what the customer has proposed; ``sections``: the headings of the document,
    none where nothing can be proposed."""

    link: Mapping[str, Any]
    agreement: Mapping[str, Any]
    changes: Sequence[Mapping[str, Any]]
    vendors: bool
    binds: str | None = None
    proposals: Sequence[Mapping[str, Any]] = ()
    sections: Sequence[str] = ()

    @property
    def version(self) -> int:
        return int(self.link["version"])

    @property
    def is_recorded(self) -> bool:
        """Whether its vendor has recorded it as signed elsewhere; later versions are offered."""
        return self.version == 1 and self.agreement["signed_file"] is not None

    @property
    def recorded(self) -> Recorded:
        return Recorded(
            status=self.agreement["status"],
            confirmed=self.agreement["confirmation"] is not None,
            refused_by=self._refused_by,
            link=self.link["state"],
            vendors=self.vendors,
            customers=self.binds is not None,
        )

    @property
    def _refused_by(self) -> str | None:
        refused = self.agreement["refusal"] or {}
        return refused.get("party") if refused.get("version") == self.version else None

    @property
    def offered(self) -> Offered:
        agreement, offer = self.agreement, self.agreement["offer"]
        return Offered(
            version=self.version,
            latest=agreement["latest_version"],
            on_offer=offer["version"] if offer else None,
            accepted=frozenset(each["party"] for each in self.acceptances),
            refused_by=self._refused_by,
            link=self.link["state"],
            vendors=self.vendors,
            paper=self.paper["party"] if self.paper else None,
        )

    @property
    def paper(self) -> Mapping[str, Any] | None:
        """What was signed on paper, as one side says, while the other has not answered."""
        paper, offer = self.agreement.get("paper"), self.agreement["offer"]
        if not paper or not offer or paper["refusal"] or paper["version"] != offer["version"]:
            return None
        told: Mapping[str, Any] = paper
        return told

    @property
    def state(self) -> str:
        return state_of_recorded(self.recorded) if self.is_recorded else state_of(self.offered)

    @property
    def acts(self) -> tuple[str, ...]:
        return acts_on_recorded(self.recorded) if self.is_recorded else acts_open(self.offered)

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
        _own_addresses(deps, link),
    )
    proposals = deps.agreements.get(f"{path}/proposals", None, customer_id)["items"]
    offer = Offer(link, agreement, changes, vendors, _bound(deps, link), proposals)
    if PROPOSE not in offer.acts:
        return offer
    return replace(offer, sections=_sections(deps, path, link["version"], customer_id))


def _sections(deps: Deps, path: str, version: int, customer_id: str) -> list[str]:
    """The sections of the document, with their numbers, and its annexes."""
    told = deps.agreements.get(f"{path}/document", {"version": version}, customer_id)
    contract = told.get("contract") or {}
    clauses = [f"{each['number'] or ''} {each['heading']}".strip()
               for each in contract.get("clauses") or ()]  # fmt: skip
    return [*clauses, *(each["heading"] for each in contract.get("annexes") or ())]


def document(deps: Deps, token: str, kind: str, part: str = "document") -> requests.Response:
    """The document of the link's version as a file of this media type; or as ``part`` says, its
    ``changes`` marked in the text."""
    link = deps.notices.post("/v1/sign-links", {"token": token})
    answer = deps.agreements.send(
        "GET",
        f"/v1/agreements/{link['agreement_id']}/{part}",
        params={"version": link["version"]},
        headers={"Accept": kind},
        on_behalf_of=link["customer"]["id"],
    )
    if answer.ok:
        return answer
    raise refusal(answer) or NotFound


def act(deps: Deps, seen: Offer, act: str, form: Mapping[str, Any], address: str) -> None:
    """Answer in the name of the person who filled in the form. Raises ``NotOpen``, or what
    `agreements` refuses: another document than the one that was read, for instance."""
    if act not in seen.acts:
        if _is_done(seen, act):
            return
        raise NotOpen
    _send(deps, seen, PATHS[act], address, json=_body(seen, act, form))


def _body(seen: Offer, act: str, form: Mapping[str, Any]) -> dict[str, Any]:
    if act in BINDING:
        return dict(form)
    return _proposal(form) if act == PROPOSE else _reason(seen, form)


def _proposal(form: Mapping[str, Any]) -> dict[str, Any]:
    """What the person would have otherwise: words, and the numbers that it has filled in."""
    numbers = ("deletion_days", "breach_notice_hours")
    told = {name: form[name] for name in ("name", "title", "email", "document_sha256")}
    comment = {"section": form["section"] or None, "text": form["text"]}
    changes = {name: form[name] for name in numbers if name in form}
    return {**told, "comments": [comment], "changes": changes}


def upload(deps: Deps, seen: Offer, form: Mapping[str, Any], pdf: bytes, address: str) -> None:
    """Say that the version was signed on paper, as this PDF. Raises ``NotOpen``, or what
    `agreements` refuses: no whole PDF, for instance."""
    if UPLOAD not in seen.acts:
        raise NotOpen
    _send(deps, seen, "paper/file", address, data=pdf, headers={"Content-Type": PDF})
    sha256, signed = hashlib.sha256(pdf).hexdigest(), ("controller", "processor")
    signatories = [{"party": party, "name": form[f"{party}_name"], "title": form[f"{party}_title"]}
                   for party in signed]  # fmt: skip
    told = {name: form[name] for name in ("name", "title", "email", "document_sha256")}
    body = {**told, "pdf_sha256": sha256, "signatories": signatories,
            "signed_on": str(form["signed_on"])}  # fmt: skip
    _send(deps, seen, "paper", address, json=body)


def _send(deps: Deps, seen: Offer, path: str, address: str, **more: Any) -> None:
    """One request in the name of the person behind the link. Raises what `agreements` refuses."""
    headers = {CLIENT: f"link:{seen.link['mail_id']}", CLIENT_ADDRESS: address}
    answer = deps.agreements.send(
        "POST",
        f"/v1/agreements/{seen.link['agreement_id']}/{path}",
        headers={**headers, **more.pop("headers", {})},
        on_behalf_of=(seen.is_recorded and seen.binds) or seen.customer_id,
        **more,
    )
    refused = None if answer.ok else refusal(answer) or DomainError()
    if refused and refused.code not in DONE_ALREADY:
        raise refused


def paper(deps: Deps, token: str) -> requests.Response:
    """The PDF of what was signed on paper."""
    link = deps.notices.post("/v1/sign-links", {"token": token})
    path = f"/v1/agreements/{link['agreement_id']}/paper/file"
    answer = deps.agreements.send("GET", path, on_behalf_of=link["customer"]["id"])
    if answer.ok:
        return answer
    raise refusal(answer) or NotFound


def _is_done(seen: Offer, act: str) -> bool:
    """Whether the customer has said yes before: a double click, or another contact."""
    if act == CONFIRM:
        return seen.is_recorded and seen.recorded.confirmed
    is_signed = any(each["party"] == "controller" for each in seen.acceptances)
    return act in (ACCEPT, CONFIRM_PAPER) and is_signed


def _reason(seen: Offer, form: Mapping[str, Any]) -> dict[str, Any]:
    """The reason with the person who gave it, for the vendor reads the reason alone."""
    contact = seen.link["contact"]["email"]
    reason = f"{form['reason']}\n\n{form['name']}, {form['title']} ({contact})"
    return {"reason": reason, "by": {"name": form["name"], "title": form["title"]}}


def _bound(deps: Deps, link: Mapping[str, Any]) -> str | None:
    """The organisation that this mailbox may speak for: the one of the agreement; or where its
    vendor has written a slug only, that of the slug, if it has named the mailbox itself."""
    customer, contact = link["customer"], link["contact"]["email"].casefold()
    if _organisation(deps, customer["id"]):
        return str(customer["id"])
    found = deps.identity.get("/v1/organisations", {"slug": customer["slug"]})["items"]
    own = (each for each in found if contact in map(str.casefold, _addresses(deps, each["id"])))
    return next((str(each["id"]) for each in own), None)


def _changes(deps: Deps, path: str, version: int, customer_id: str) -> list[Mapping[str, Any]]:
    if version == 1:
        return []
    told = deps.agreements.get(f"{path}/changes", {"version": version}, customer_id)
    items: list[Mapping[str, Any]] = told["items"]
    return items


def _own_addresses(deps: Deps, link: Mapping[str, Any]) -> list[str]:
    """The mailboxes that the customer has named; none of one that the vendor itself has entered,
    for the vendor has written those."""
    customer_id, vendor_id = link["customer"]["id"], link["processor"]["id"]
    is_entered = _organisation(deps, customer_id, entered_by=vendor_id) is not None
    return [] if is_entered else _addresses(deps, customer_id)


def _addresses(deps: Deps, org_id: str) -> list[str]:
    told = _organisation(deps, org_id) or {}
    notice = (told.get("notice_address") or {}).get("email")
    named = [contact["email"] for contact in told.get("contacts") or ()]
    return [*named, *([notice] if notice else [])]


def _organisation(deps: Deps, org_id: str, **asked: str) -> Mapping[str, Any] | None:
    try:
        told: Mapping[str, Any] = deps.identity.get(f"/v1/organisations/{org_id}", asked)
    except NotFound:
        return None
    return told
