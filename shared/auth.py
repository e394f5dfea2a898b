"""Every route says who may use it: ``@requires("scope")`` or ``@public()``; a test checks it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar, cast
from urllib.parse import unquote

from flask import current_app, g, has_request_context, request

from shared.bodies import refuse_unread_members
from shared.errors import Forbidden, Unauthenticated
from shared.idempotency import IN_STEPS
from shared.limits import EXTENSION, Limits, caller_of

View = TypeVar("View", bound=Callable[..., Any])

DOOR, TOKENS = "__art28_door__", "__art28_tokens__"
# Checks of the process itself are always answered.
UNLIMITED = frozenset({"healthz", "readyz", "metrics"})
PUBLIC, EITHER = "public", " or "
ON_BEHALF_OF = "Art28-On-Behalf-Of"
# Beside it, for evidence: the client that called the portal, and its address.
CLIENT, CLIENT_ADDRESS = "Art28-Client", "Art28-Client-Address"
# The name of the person, if it was one; percent-encoded.
PERSON_NAME = "Art28-Person-Name"
PERSON_PREFIX = "per_"
# Where browsers keep the session of a person: identity sets it, other pages show it to identity.
SESSION_COOKIE = "__Host-art28-session"


class ScopeMissing(Forbidden):
    """The token lacks the scope this route requires."""

    code = "scope-missing"


@dataclass(frozen=True)
class Person:
    """Somebody who acts, as ledgers name who has done something."""

    id: str
    name: str


@dataclass(frozen=True)
class Caller:
    """The caller: its client, the organisation it acts for, and what it may do.

    ``person``: who acts, if it is a person; then ``client_id`` is the person's id, unless the
    portal asks. ``roles``: the person's, in this organisation. ``session_id``: how it signed in.
    """

    client_id: str
    org_id: str
    kinds: frozenset[str]
    scopes: frozenset[str]
    person: Person | None = None
    roles: frozenset[str] = frozenset()
    session_id: str | None = None

    @property
    def person_id(self) -> str | None:
        return self.person.id if self.person else None

    @property
    def is_service(self) -> bool:
        return "service" in self.kinds

    @property
    def is_platform(self) -> bool:
        return "platform" in self.kinds

    def sees(self, *org_ids: str) -> bool:
        """Return whether the caller may see what belongs to these organisations."""
        return self.is_service or self.is_platform or self.org_id in org_ids


def requires(*scopes: str) -> Callable[[View], View]:
    """Require a valid token that holds one of ``scopes``."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            _admit(scopes)
            refuse_unread_members()
            return _answered(_asker(g.caller), view, lambda: view(*args, **kwargs))

        setattr(guarded, DOOR, EITHER.join(scopes))
        return cast("View", guarded)

    return decorate


def public() -> Callable[[View], View]:
    """Open a view to everybody, without a token."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def open_to_all(*args: Any, **kwargs: Any) -> Any:
            return _answered("", view, lambda: view(*args, **kwargs))

        setattr(open_to_all, DOOR, PUBLIC)
        return cast("View", open_to_all)

    return decorate


def gives_tokens(view: View) -> View:
    """Say that a public view counts apart from pages and feeds."""
    setattr(view, TOKENS, True)
    return view


def count_strangers() -> None:
    """Count a request for a public route by its address, unless another service sends it."""
    view = current_app.view_functions.get(request.endpoint or "")
    door = getattr(view, DOOR, PUBLIC)
    if door != PUBLIC or request.endpoint in UNLIMITED or _is_service():
        return
    counted: Limits = current_app.extensions[EXTENSION]
    limit = counted.token if hasattr(view, TOKENS) else counted.address
    counted.check(limit, caller_of(request.remote_addr))


def _is_service() -> bool:
    if "Authorization" not in request.headers:
        return False
    try:
        claims = current_app.extensions["art28.verifier"].claims(_bearer_token())
    except Unauthenticated:
        return False
    return "service" in claims["org_kind"]


def caller() -> Caller:
    """Return the caller, in a view behind ``requires``."""
    return cast("Caller", g.caller)


def acting_person() -> Mapping[str, str] | None:
    """Return the person who acts in this request, as ledgers name persons; None if none does."""
    who = g.get("caller") if has_request_context() else None
    return asdict(who.person) if who is not None and who.person else None


@dataclass(frozen=True)
class Acting:
    """Who acts in a request, and from where. ``id``: of the client or person, empty where nobody
    has shown a token; all are empty outside of requests."""

    id: str = ""
    org_id: str = ""
    name: str = ""
    address: str = ""


def acting() -> Acting:
    """Return who acts at this moment, for trails that every act leaves."""
    if not has_request_context():
        return Acting()
    who, address = g.get("caller"), request.remote_addr or ""
    if who is None:
        return Acting(address=address)
    return Acting(who.client_id, who.org_id, who.person.name if who.person else "", address)


def caller_if_known() -> Caller | None:
    """Return the caller of a public view if it shows a good token, else None."""
    if "Authorization" not in request.headers:
        return None
    try:
        return _caller_from(current_app.extensions["art28.verifier"].claims(_bearer_token()))
    except Unauthenticated:
        return None


def _asker(who: Caller) -> str:
    """Return the owner of an ``Idempotency-Key``: the client, or behind the portal its client.

    Another client of the same organisation must not get its answers: they may hold a secret.
    """
    asked_for = request.headers.get(CLIENT)
    return " ".join((who.client_id, who.org_id, *([asked_for] if asked_for else ())))


def _answered(asker: str, view: Callable[..., Any], answer: Callable[[], Any]) -> Any:
    """Return the answer of ``view``; a database commits it together with the write."""
    keeper = current_app.extensions.get("art28.idempotency")
    if keeper is None:
        return answer()
    return keeper.answer(asker, answer, steps=getattr(view, IN_STEPS, False))


def _admit(scopes: tuple[str, ...]) -> None:
    counted: Limits = current_app.extensions[EXTENSION]
    try:
        claims = current_app.extensions["art28.verifier"].claims(_bearer_token())
    except Unauthenticated:
        counted.check(counted.address, caller_of(request.remote_addr))
        raise
    if "service" not in claims["org_kind"]:
        counted.check(counted.client, claims["sub"])
        counted.check(counted.organisation, claims["org"])
    g.caller = _caller_from(claims)
    if g.caller.scopes.isdisjoint(scopes):
        scope = EITHER.join(scopes)
        raise ScopeMissing(f"This needs the scope {scope}.", context={"scope": scope})


def _bearer_token() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Unauthenticated("Send Authorization: Bearer <access token>.")
    return token.strip()


def _caller_from(claims: dict[str, Any]) -> Caller:
    who = Caller(
        client_id=claims["sub"],
        org_id=claims["org"],
        kinds=frozenset(claims["org_kind"]),
        scopes=frozenset(claims["scope"].split()),
        person=Person(claims["sub"], str(claims.get("name", ""))) if _is_person(claims) else None,
        roles=frozenset(claims.get("roles", ())),
        session_id=claims.get("sid"),
    )
    behalf = request.headers.get(ON_BEHALF_OF)
    if behalf and who.is_service:
        # The portal has checked its own caller; from here on the customer is the caller.
        kinds = frozenset({"controller"})
        return replace(who, org_id=behalf, kinds=kinds, person=_person_behind_portal())
    return who


def _is_person(claims: Mapping[str, Any]) -> bool:
    return str(claims["sub"]).startswith(PERSON_PREFIX)


def _person_behind_portal() -> Person | None:
    """Return the person for whom the portal asks, as it has read the person's token."""
    asked_for = request.headers.get(CLIENT, "")
    if not asked_for.startswith(PERSON_PREFIX):
        return None
    return Person(asked_for, unquote(request.headers.get(PERSON_NAME, "")))
