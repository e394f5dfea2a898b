"""What an installation begins with."""

from __future__ import annotations

from datetime import timedelta

from services.identity.model.clients import Client, digest
from services.identity.model.links import INVITATION
from services.identity.model.organisations import Organisation, SlugTaken
from services.identity.model.roles import OWNER
from services.identity.use_cases.inviting import Invited, Inviter, invited
from services.identity.use_cases.links import new_link
from services.identity.wiring import Deps
from shared.errors import Conflict
from shared.mailboxes import address_of
from shared.mongo import Session

SLUG, INSTALLER = "platform", "installer"
# The link is read from a terminal and used at once.
FIRST_LINK = timedelta(hours=1)


class AdministratorThere(Conflict):
    """There is an administrator already; --another makes one more."""

    code = "administrator-there"


class AlreadyIn(Conflict):
    """This person is in the organisation of the platform already; sign in at /sign-in."""

    code = "already-in"


def make_platform(deps: Deps) -> tuple[Organisation, Client, str]:
    """The organisation of the platform and its first client, when there is none; for the installer.

    Raises ``SlugTaken`` when it has one.
    """
    operator = _platform(deps)
    if deps.clients.has_any(operator.id):
        raise SlugTaken
    secret = deps.new_secret()
    admin = Client(
        id=deps.new_id("cli"), org_id=operator.id, name="Platform administrator",
        scopes=tuple(sorted(operator.grantable())), secret_sha256=digest(secret),
        created_at=deps.now(),
    )  # fmt: skip
    deps.mongo.transact(lambda session: deps.clients.add(admin, session))
    return operator, admin, secret


def first_owner(deps: Deps, email: str, name: str, language: str, *, another: bool) -> str:
    """A link by which somebody becomes an owner of the platform; no mail is sent.

    Raises ``AlreadyIn``, and ``AdministratorThere`` unless ``another``.
    """
    operator = _platform(deps)
    if _is_in(deps, operator, email):
        raise AlreadyIn(f"{email} is in already: sign in at {deps.settings.common.origin}/sign-in.")
    if deps.people.has_owner(operator.id) and not another:
        raise AdministratorThere
    whom, by = Invited(email, name, (OWNER,), language), Inviter(INSTALLER, operator.legal_name)

    def work(session: Session) -> str:
        person = invited(deps, operator, whom, by, session)
        _, url = new_link(deps, INVITATION, person.id, session, operator.id, FIRST_LINK)
        return url

    return deps.mongo.transact(work)


def _is_in(deps: Deps, operator: Organisation, email: str) -> bool:
    person = deps.people.at(address_of(email))
    membership = person.membership(operator.id) if person else None
    return membership is not None and membership.joined_at is not None


def _platform(deps: Deps) -> Organisation:
    known = deps.organisations.platform(SLUG)
    return known or _added(deps)


def _added(deps: Deps) -> Organisation:
    operator = Organisation(
        id=deps.new_id("org"), slug=SLUG, kind=("platform",), legal_name="Platform operator",
        country="DK", locale="en", created_at=deps.now(), created_by=INSTALLER,
    )  # fmt: skip
    deps.mongo.transact(lambda session: deps.organisations.add(operator, session))
    return operator
