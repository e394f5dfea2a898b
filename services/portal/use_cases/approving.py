"""A person of a vendor approves what another has prepared, by the page that a mail leads to.

The person's session is shown to identity, and the registry is asked with the person's own token:
the portal can do nothing here that the person could not do alone (0062).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import requests

from services.portal.model.approve import OPEN, Standing, state_of, state_together
from services.portal.wiring import Deps
from shared.errors import Conflict, PreconditionFailed
from shared.peers import PeerUnavailable, refusal

EXCHANGE = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token_type": "urn:art28:token-type:session",
}
# How many may be named to identity at once; no draft has more hands.
MOST_ACTORS = 40
# As many as one notice has.
MOST_CHANGES = 50
# The tag of a change begins with its revision.
TAG = re.compile(r'(?:W/)?"r(\d{1,15})\b')


class NotWaiting(Conflict):
    """This change cannot be approved by you now; open the page to read why."""

    code = "approval-not-open"


@dataclass(frozen=True)
class Wanted:
    """Which change a link names, or which ones, with commas: those of one notice."""

    org_id: str
    slug: str
    change_id: str

    @property
    def each(self) -> list[Wanted]:
        ids = list(dict.fromkeys(self.change_id.split(",")))[:MOST_CHANGES]
        return [replace(self, change_id=change_id) for change_id in ids]

    @property
    def changes_path(self) -> str:
        return f"/v1/processors/{quote(self.slug, safe='')}/changes"

    @property
    def path(self) -> str:
        return f"{self.changes_path}/{quote(self.change_id, safe='')}"


@dataclass(frozen=True)
class Reader:
    """Who is signed in, with a token of their own for the organisation."""

    id: str
    name: str
    token: str


@dataclass(frozen=True)
class Waiting:
    """``change``: as the registry shows it. ``section``: what a notice says of it. ``seen``: the
    tag of what is shown, so that nothing else is approved. ``preview``: of a draft, the days."""

    change: Mapping[str, Any]
    section: Mapping[str, Any]
    seen: str
    state: str
    prepared_by: str
    approved_by: str
    preview: Mapping[str, Any] | None

    @property
    def is_open(self) -> bool:
        return self.state == OPEN


@dataclass(frozen=True)
class Together:
    """All changes of a link: one, or several that are announced as one notice."""

    items: Sequence[Waiting]

    @property
    def state(self) -> str:
        return state_together([each.state for each in self.items])

    @property
    def is_open(self) -> bool:
        return self.state == OPEN

    @property
    def seen(self) -> str:
        """The tags of what is shown."""
        return " ".join(each.seen for each in self.items)

    @property
    def effective_on(self) -> str:
        """The day on which all of them take effect."""
        return max(str(each.change["effective_on"]) for each in self.items)


def reader_of(
    deps: Deps, session_token: str, org_id: str, claims_of: Callable[[str], Mapping[str, Any]]
) -> Reader:
    """Who is signed in, as a member of this organisation. Raises what identity refuses."""
    form = {**EXCHANGE, "subject_token": session_token, "organisation": org_id}
    token = _told(deps.identity.send("POST", "/v1/token", data=form), "identity")
    claims = claims_of(token.json()["access_token"])
    return Reader(claims["sub"], claims.get("name", ""), token.json()["access_token"])


def read(deps: Deps, reader: Reader, wanted: Wanted, language: str) -> Together:
    """The changes, what is so, and what may be done. Raises what the registry refuses."""
    return Together([_read(deps, reader, each, language) for each in wanted.each])


def _read(deps: Deps, reader: Reader, wanted: Wanted, language: str) -> Waiting:
    answer = _told(deps.registry.send("GET", wanted.path, bearer=reader.token), "registry")
    change = answer.json()
    prepared, approved = _involved(change)
    actors = ",".join([reader.id, *prepared, *approved][:MOST_ACTORS])
    hands = deps.identity.get("/v1/hands", {"org_id": wanted.org_id, "actor_ids": actors})
    section = {"language": language, "change": change}
    return Waiting(
        change,
        deps.notices.post("/v1/change-sections", section),
        answer.headers["ETag"],
        state_of(_standing(reader, change, hands)),
        _names(hands, prepared),
        _names(hands, approved),
        _preview(deps, reader, wanted) if change["status"] == "draft" else None,
    )


def approve(deps: Deps, reader: Reader, wanted: Wanted, waiting: Together, seen: str) -> None:
    """Approve exactly what was ``seen``, all or none. Raises ``NotWaiting``, or what the registry
    refuses."""
    if not waiting.is_open or not seen:
        raise NotWaiting
    if len(waiting.items) == 1:
        sent: dict[str, Any] = {"headers": {"If-Match": seen}}
        path = f"{wanted.path}/approve"
    else:
        sent, path = {"json": _as_read(wanted, seen)}, f"{wanted.changes_path}/approve"
    _told(deps.registry.send("POST", path, bearer=reader.token, **sent), "registry")


def _as_read(wanted: Wanted, seen: str) -> dict[str, Any]:
    """The changes with the revisions that were shown. Raises ``PreconditionFailed`` for a form that
    names others."""
    ids = [each.change_id for each in wanted.each]
    tags = [TAG.match(tag) for tag in seen.split(" ")]
    revisions = [int(tag[1]) for tag in tags if tag]
    if len(revisions) != len(ids):
        raise PreconditionFailed
    return {"change_ids": ids, "revisions": dict(zip(ids, revisions, strict=True))}


def _standing(reader: Reader, change: Mapping[str, Any], hands: Mapping[str, Any]) -> Standing:
    prepared, approved = _involved(change)
    own = {*prepared, *(each for key in prepared for each in hands["known_to"].get(key, ()))}
    return Standing(
        change["status"], reader.id in hands["may_approve"], reader.id in own, reader.id in approved
    )


def _involved(change: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Who prepared it, and who approved it."""
    emergency = change["emergency"] or {}
    declared = [emergency["declared_by"]] if emergency else []
    named = [each.get("person_id") or each.get("client_id") for each in change["approved_by"]]
    approved = [*emergency.get("approved_by", ()), *(each for each in named if each)]
    return list(dict.fromkeys([*change["prepared_by"], *declared])), list(dict.fromkeys(approved))


def _names(hands: Mapping[str, Any], actors: list[str]) -> str:
    return "; ".join(dict.fromkeys(_name(hands, each) for each in actors))


def _name(hands: Mapping[str, Any], actor: str) -> str:
    """By name and title, as far as the organisation has entered them."""
    title = hands["titles"].get(actor)
    return ", ".join([hands["names"].get(actor, actor), *([title] if title else [])])


def _preview(deps: Deps, reader: Reader, wanted: Wanted) -> Mapping[str, Any]:
    path = f"{wanted.path}/preview"
    days: Mapping[str, Any] = _told(
        deps.registry.send("GET", path, bearer=reader.token), "registry"
    ).json()
    return days


def _told(answer: requests.Response, peer: str) -> requests.Response:
    if answer.ok:
        return answer
    raise refusal(answer) or PeerUnavailable(peer, "does not work at the moment")
