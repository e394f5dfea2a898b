"""A person without an account answers a notice by the link in its mail.

`notices` knows what the link is about and whose contact it was sent to; the answers go to the
registry on behalf of the customer, like those of the portal itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.portal.model.respond import (
    ACCEPT_OFFER,
    ACKNOWLEDGE,
    APPROVE,
    DECLINE_OFFER,
    OBJECT,
    WITHDRAW,
    Point,
    Situation,
    acts_open,
    notes,
)
from services.portal.use_cases.changes import states_of
from services.portal.wiring import Deps
from shared.errors import Conflict, NotFound

INFORMATION = "information"
# The registry's refusals of an answer that has been given already.
GIVEN_ALREADY = frozenset({"objection-exists", "already-exists", "objection-status"})


class NotOpen(Conflict):
    """This answer cannot be given by this link now; open it to read why."""

    code = "answer-not-open"


@dataclass(frozen=True)
class Notice:
    """What a link is about. ``link``: as `notices` tells it; ``changes``: the state of each change
    in the registry's words, beside its section of the page; ``vendor``: the organisation."""

    link: Mapping[str, Any]
    changes: Sequence[Mapping[str, Any]]
    vendor: Mapping[str, Any]

    @property
    def situation(self) -> Situation:
        about = self.link["notice"]
        return Situation(
            link=self.link["state"],
            informs=about.get("owes") == INFORMATION,
            acknowledged=self.link["acknowledged_at"] is not None,
            points=tuple(_point(change) for change in self.changes),
        )

    @property
    def acts(self) -> tuple[str, ...]:
        return acts_open(self.situation)

    @property
    def notes(self) -> tuple[str, ...]:
        return notes(self.situation)

    def having(self, act: str) -> list[Mapping[str, Any]]:
        """The changes for which this act may be done now."""
        return [change for change in self.changes if act in change["may"]]

    def is_given(self, act: str) -> bool:
        """Whether what the act would record is recorded already."""
        return _IS_GIVEN[act](self)


_IS_GIVEN: Mapping[str, Callable[[Notice], bool]] = {
    ACKNOWLEDGE: lambda it: it.link["acknowledged_at"] is not None,
    OBJECT: lambda it: any(change["objection"] for change in it.changes),
    APPROVE: lambda it: any(change["approved"] for change in it.changes),
    ACCEPT_OFFER: lambda it: _has_status(it, "mitigation_accepted"),
    DECLINE_OFFER: lambda it: _has_status(it, "modification_requested"),
    WITHDRAW: lambda it: _has_status(it, "withdrawn"),
}


def _has_status(it: Notice, status: str) -> bool:
    return any((change["objection"] or {}).get("status") == status for change in it.changes)


def read(deps: Deps, token: str, language: str | None) -> Notice:
    """What the link is about, and what is so. Raises ``NotFound`` for a link that is no good."""
    link = deps.notices.post("/v1/answer-links", {"token": token, "language": language})
    customer_id, change_ids = link["customer"].get("id", ""), link["change_ids"]
    states = states_of(deps, customer_id, change_ids) if customer_id else {}
    changes = [
        {**_unknown(change_id), **states.get(change_id, {}), "section": section}
        for change_id, section in zip(change_ids, link["page"]["sections"], strict=False)
    ]
    return Notice(link, changes, _vendor(deps, link["processor"]))


def act(deps: Deps, token: str, seen: Notice, act: str, form: Mapping[str, Any]) -> None:
    """Do it in the name of the person who filled in the form. Raises ``NotOpen``, or what the owner
    of the thing refuses; what is recorded already is no error, and is not recorded twice."""
    if act not in seen.acts:
        if seen.is_given(act):
            return
        raise NotOpen
    try:
        _ACTS[act](deps, token, seen, form)
    except Conflict as refusal:
        if refusal.code not in GIVEN_ALREADY:
            raise


def _acknowledge(deps: Deps, token: str, _: Notice, form: Mapping[str, Any]) -> None:
    person = {"token": token, "name": form["name"], "title": form["title"]}
    deps.notices.post("/v1/answer-links/acknowledgement", person)


def _object(deps: Deps, _: str, seen: Notice, form: Mapping[str, Any]) -> None:
    chosen = _chosen(seen, OBJECT, form["change_ids"])
    said = {"grounds": form["grounds"], "text": form["text"], "change_ids": chosen}
    path = f"/v1/customer/changes/{chosen[0]}/objections"
    _post(deps, seen, path, {**said, **_by(seen, form)})


def _approve(deps: Deps, _: str, seen: Notice, form: Mapping[str, Any]) -> None:
    for change_id in _chosen(seen, APPROVE, form["change_ids"]):
        _post(deps, seen, f"/v1/customer/changes/{change_id}/approval", _by(seen, form))


def _accept_offer(deps: Deps, _: str, seen: Notice, form: Mapping[str, Any]) -> None:
    path = _objection(seen, ACCEPT_OFFER, form["objection_id"])
    _post(deps, seen, f"{path}/accept-mitigation", _by(seen, form))


def _decline_offer(deps: Deps, _: str, seen: Notice, form: Mapping[str, Any]) -> None:
    path = _objection(seen, DECLINE_OFFER, form["objection_id"])
    body = {"text": form["text"], **_by(seen, form)}
    _post(deps, seen, f"{path}/request-modification", body)


def _withdraw(deps: Deps, _: str, seen: Notice, form: Mapping[str, Any]) -> None:
    path = _objection(seen, WITHDRAW, form["objection_id"])
    _post(deps, seen, f"{path}/withdraw", _by(seen, form))


_ACTS: Mapping[str, Callable[[Deps, str, Notice, Mapping[str, Any]], None]] = {
    ACKNOWLEDGE: _acknowledge,
    OBJECT: _object,
    APPROVE: _approve,
    ACCEPT_OFFER: _accept_offer,
    DECLINE_OFFER: _decline_offer,
    WITHDRAW: _withdraw,
}


def _chosen(seen: Notice, act: str, named: Sequence[str]) -> list[str]:
    """Those that were named and for which the act may be done: nothing else of this customer's can
    be reached by this link. Raises ``NotOpen`` if one of them is none of them."""
    open_ids = [change["id"] for change in seen.having(act)]
    if not named or not set(named) <= set(open_ids):
        raise NotOpen
    return [change_id for change_id in open_ids if change_id in named]


def _objection(seen: Notice, act: str, objection_id: str) -> str:
    ids = [change["objection"]["id"] for change in seen.having(act)]
    if objection_id not in ids:
        raise NotOpen
    return f"/v1/objections/{objection_id}"


def _post(deps: Deps, seen: Notice, path: str, body: Mapping[str, Any]) -> None:
    deps.registry.post(path, body, seen.link["customer"]["id"])


def _by(seen: Notice, form: Mapping[str, Any]) -> dict[str, Any]:
    link = seen.link
    person = {"name": form["name"], "title": form["title"]}
    return {"by": {**person, "contact": link["contact"]["email"], "mail_id": link["mail_id"]}}


def _point(change: Mapping[str, Any]) -> Point:
    return Point(
        withdrawn=change["status"] == "withdrawn",
        may=frozenset(change["may"]),
        window=change["window"],
        objection=(change["objection"] or {}).get("status"),
        approved=change["approved"],
    )


def _unknown(change_id: str) -> dict[str, Any]:
    """A change of which the registry tells this customer nothing: only the notice is known."""
    return {"id": change_id, "status": "announced", "may": (), "window": None,
            "objection": None, "approved": False, "approval": None,
            "withdrawal_reason": None}  # fmt: skip


def _vendor(deps: Deps, processor: Mapping[str, Any]) -> dict[str, Any]:
    """The vendor with the address to write to: its notice address once that is proved, else
    its first contact's."""
    try:
        told = deps.identity.get(f"/v1/organisations/{processor['id']}")
    except NotFound:
        return {"legal_name": processor.get("legal_name", ""), "email": None}
    named = told.get("notice_address") or {}
    address = named.get("email") if named.get("proved_at") else None
    contacts = [contact["email"] for contact in told.get("contacts") or ()]
    return {"legal_name": told["legal_name"], "email": address or next(iter(contacts), None)}
