"""A person of a vendor approves what another has prepared, by the page that a mail leads to.

The person's session is shown to identity, and the registry is asked with the person's own token:
the portal can do nothing here that the person could not do alone (0062).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests

from services.portal.model.approve import OPEN, Standing, state_of
from services.portal.wiring import Deps
from shared.errors import Conflict
from shared.peers import PeerUnavailable, refusal

EXCHANGE = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token_type": "urn:art28:token-type:session",
}
# How many may be named to identity at once; no draft has more hands.
MOST_ACTORS = 40


class NotWaiting(Conflict):
    """This change cannot be approved by you now; open the page to read why."""

    code = "approval-not-open"


@dataclass(frozen=True)
class Wanted:
    """Which change a link names."""

    org_id: str
    slug: str
    change_id: str

    @property
    def path(self) -> str:
        slug, change_id = quote(self.slug, safe=""), quote(self.change_id, safe="")
        return f"/v1/processors/{slug}/changes/{change_id}"


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


def reader_of(
    deps: Deps, session_token: str, org_id: str, claims_of: Callable[[str], Mapping[str, Any]]
) -> Reader:
    """Who is signed in, as a member of this organisation. Raises what identity refuses."""
    form = {**EXCHANGE, "subject_token": session_token, "organisation": org_id}
    token = _told(deps.identity.send("POST", "/v1/token", data=form), "identity")
    claims = claims_of(token.json()["access_token"])
    return Reader(claims["sub"], claims.get("name", ""), token.json()["access_token"])


def read(deps: Deps, reader: Reader, wanted: Wanted, language: str) -> Waiting:
    """The change, what is so, and what may be done. Raises what the registry refuses."""
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


def approve(deps: Deps, reader: Reader, wanted: Wanted, waiting: Waiting, seen: str) -> None:
    """Approve exactly what was ``seen``. Raises ``NotWaiting``, or what the registry refuses."""
    if not waiting.is_open or not seen:
        raise NotWaiting
    sent = {"If-Match": seen}
    path = f"{wanted.path}/approve"
    _told(deps.registry.send("POST", path, headers=sent, bearer=reader.token), "registry")


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
