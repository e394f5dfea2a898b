"""`art28 admin`: the first administrator of an installation, by its database alone.

The database is that of ART28_MONGO_URL, else of the local profile at ART28_PORT.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

import click
from marshmallow import ValidationError
from pymongo.errors import PyMongoError

from deploy.checks import StartError
from deploy.profile import Profile
from deploy.replica import first_words
from services.identity.rendering import LANGUAGES
from shared.schemas import Email


@dataclass(frozen=True)
class FirstOwner:
    """Whom the link is for; ``another``: even though there is an owner."""

    email: str
    name: str = ""
    language: str = "en"
    another: bool = False


def _address(_: click.Context, __: click.Parameter, text: str) -> str:
    try:
        return str(Email().deserialize(text))
    except ValidationError as error:
        raise click.BadParameter("this is not an e-mail address") from error


@click.group()
def admin() -> None:
    """Administrators of the installation."""


@admin.command(epilog="\b\nExample:\n  art28 admin create --email ada@example.com")
@click.option("--email", required=True, callback=_address, help="The address of the person.")
@click.option("--name", default="", help="How the person is called; else the address.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option("--another", is_flag=True, help="Even though there is one.")
def create(email: str, name: str, language: str, another: bool) -> None:
    """Print a link by which the first administrator gets in; it works once, for an hour."""
    owner = FirstOwner(email, name, language, another)
    try:
        click.echo(admin_link(owner, os.environ))
    except PyMongoError as error:
        raise StartError(f"the database does not answer: {first_words(error)}") from error


def admin_link(owner: FirstOwner, environ: Mapping[str, str]) -> str:
    """Return the link. Raises ``AdministratorThere`` and what the settings lack."""
    from services.identity.settings import Settings
    from services.identity.use_cases.installing import first_owner
    from services.identity.wiring import make_deps
    from shared.mongo import connect

    os.environ.update(surroundings(environ))
    settings = Settings.from_env()
    mongo = connect(settings.common.mongo_url, settings.common.database("identity"))
    deps = make_deps(settings, mongo)
    name = owner.name or owner.email
    return first_owner(deps, owner.email, name, owner.language, another=owner.another)


def surroundings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of the installation: those given, or of the running local profile."""
    if environ.get("ART28_MONGO_URL"):
        return dict(environ)
    profile = Profile.from_env(environ, var="var", members=1)
    return profile.environment(environ, profile.database_url)
