"""Links that work once: made when their mail is written, used up by a POST."""

from __future__ import annotations

from datetime import timedelta

from services.identity.model.clients import digest
from services.identity.model.links import LIVES, Link, LinkUsed, check_usable
from services.identity.wiring import Deps
from shared.mongo import Session

PATHS = {
    "sign_in": "/sign-in",
    "invitation": "/invitation",
    "address_probe": "/identity/notice-address",
}


def new_link(
    deps: Deps,
    purpose: str,
    person_id: str,
    session: Session,
    org_id: str | None = None,
    lives: timedelta | None = None,
    email: str | None = None,
) -> tuple[Link, str]:
    """A link, and where it leads; the address holds the token, which is not kept."""
    token, now = deps.new_secret(), deps.now()
    link = Link(
        id=digest(token),
        purpose=purpose,
        person_id=person_id,
        org_id=org_id,
        email=email,
        made_at=now,
        expires_at=now + (lives or LIVES[purpose]),
    )
    deps.links.add(link, session)
    return link, f"{deps.settings.common.origin}{PATHS[purpose]}/{token}"


def usable(deps: Deps, purpose: str, token: str) -> Link:
    """The link, which looking at does not use up. Raises as ``check_usable`` does."""
    return check_usable(deps.links.find(digest(token)), purpose, deps.now())


def use_up(deps: Deps, purpose: str, token: str, session: Session) -> Link:
    """The link, in the transaction of what it is used for: both happen, or neither."""
    link = check_usable(deps.links.find(digest(token), session), purpose, deps.now())
    if not deps.links.use(link.id, deps.now(), session):
        raise LinkUsed
    return link
