"""The command `art28`, for whoever runs an installation.

    art28 admin create --email EMAIL [--name NAME] [--language da] [--another]

prints a link by which the first administrator gets in: a person who owns the organisation of the
platform. It needs only the database: that of ART28_MONGO_URL, else of the local profile at
ART28_PORT. The link works once, for an hour.

    art28 mcp --origin https://art28.example

lets a model read the published registers of an installation (Model Context Protocol, by standard
input and output). It needs the extra art28[mcp].
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

from marshmallow import ValidationError
from pymongo.errors import PyMongoError

from deploy.checks import StartError
from deploy.profile import Profile
from deploy.replica import first_words
from services.identity.rendering import LANGUAGES
from services.identity.settings import Settings
from services.identity.use_cases.installing import first_owner
from services.identity.wiring import make_deps
from shared.errors import DomainError
from shared.mongo import connect
from shared.schemas import Email
from shared.settings import SettingsError

LOCAL = "http://127.0.0.1:8280"


def main(words: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Run as a program; the exit code is 1, after one line, when nothing was made."""
    options = _options(words)
    try:
        options.run(options, environ)
    except (DomainError, SettingsError, StartError) as error:
        print(f"art28: {error}", file=sys.stderr)
    except PyMongoError as error:
        print(f"art28: the database does not answer: {first_words(error)}", file=sys.stderr)
    else:
        return 0
    return 1


def print_admin_link(options: argparse.Namespace, environ: Mapping[str, str]) -> None:
    print(admin_link(options, environ))


def serve_tools(options: argparse.Namespace, environ: Mapping[str, str]) -> None:
    """Answer a model until its input ends. Raises ``StartError`` without the SDK."""
    try:
        tools = import_module("deploy.register_tools")
    except ModuleNotFoundError as error:
        raise StartError(f"{error.name} is missing; install art28[mcp]") from error
    tools.server(options.origin or environ.get("ART28_ORIGIN", LOCAL)).run()


def admin_link(options: argparse.Namespace, environ: Mapping[str, str]) -> str:
    """Return the link. Raises ``AdministratorThere`` and what the settings lack."""
    os.environ.update(surroundings(environ))
    settings = Settings.from_env()
    mongo = connect(settings.common.mongo_url, settings.common.database("identity"))
    deps = make_deps(settings, mongo)
    name = options.name or options.email
    return first_owner(deps, options.email, name, options.language, another=options.another)


def surroundings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of the installation: those given, or of the running local profile."""
    if environ.get("ART28_MONGO_URL"):
        return dict(environ)
    profile = Profile.from_env(environ, var="var", members=1)
    return profile.environment(environ, profile.database_url)


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="art28")
    nouns = parser.add_subparsers(required=True, metavar="NOUN")
    admin = nouns.add_parser("admin", help="administrators of the installation")
    verbs = admin.add_subparsers(required=True, metavar="VERB")
    create = verbs.add_parser("create", help="print a link by which the first one gets in")
    create.add_argument("--email", required=True, type=_email)
    create.add_argument("--name", default="", help="how the person is called; else the address")
    create.add_argument("--language", choices=LANGUAGES, default="en")
    create.add_argument("--another", action="store_true", help="even though there is one")
    create.set_defaults(run=print_admin_link)
    tools = nouns.add_parser("mcp", help="let a model read published registers")
    tools.add_argument("--origin", default="", help="of the installation; else ART28_ORIGIN")
    tools.set_defaults(run=serve_tools)
    return parser.parse_args(words)


def _email(text: str) -> str:
    try:
        return str(Email().deserialize(text))
    except ValidationError as error:
        raise argparse.ArgumentTypeError("this is not an e-mail address") from error


if __name__ == "__main__":
    sys.exit(main())
