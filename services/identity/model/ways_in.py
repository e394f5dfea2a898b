"""What a session may be used for, by the way its person came in."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.identity.model.providers import OnlyWayIn, Provider
from services.identity.model.sessions import OIDC, Session
from shared.errors import Forbidden

FRESH = timedelta(minutes=15)


class SessionNotFresh(Forbidden):
    """You signed in too long ago for this; sign in again."""

    code = "session-not-fresh"


class SessionOfOneOrganisation(Forbidden):
    """This session is for one organisation; sign in by a link or passkey for this."""

    code = "session-of-one-organisation"


def check_may_add_proofs(session: Session, now: datetime) -> None:
    """What proves who a person is anywhere is added soon after a proof that counts anywhere, so
    that neither a stolen session, nor whoever one organisation invites or its provider names, makes
    a key of their own.

    Raises ``SessionOfOneOrganisation`` or ``SessionNotFresh``.
    """
    if session.org_id is not None:
        raise SessionOfOneOrganisation
    if now - session.created_at >= FRESH:
        raise SessionNotFresh


def check_way_in(session: Session, org_id: str, provider: Provider | None, *, owner: bool) -> None:
    """Whether the session may act for this organisation, of which its person is a member.

    Raises ``SessionOfOneOrganisation``, or ``OnlyWayIn`` where the organisation's ``provider`` is
    the only one; owners come in by link as well, for a provider may break.
    """
    if session.org_id not in (None, org_id):
        raise SessionOfOneOrganisation
    by_provider = OIDC in session.amr
    if provider is not None and provider.only_way_in and not by_provider and not owner:
        raise OnlyWayIn
