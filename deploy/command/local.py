"""`art28 up`, `backup` and `verify`: what needs the machine, and no client."""

from __future__ import annotations

import io
import os
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import bson
import click
from pymongo import MongoClient
from pymongo.client_session import ClientSession

from deploy.command.administration import surroundings
from shared.settings import Common

NOT_KEPT = ("system.",)
Mongo = MongoClient[bson.raw_bson.RawBSONDocument]


@click.command()
def up() -> None:
    """Start everything on this machine, with sample data; Ctrl-C stops it."""
    from deploy import embedded

    raise click.exceptions.Exit(embedded.main(os.environ))


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    add_help_option=False,
)
@click.pass_context
def verify(context: click.Context) -> None:
    """Check the ledger of a register (art28 verify FILE; --help says more)."""
    from shared.verifier.__main__ import main

    raise click.exceptions.Exit(main(context.args))


@click.command(
    epilog="\b\nExample:\n  art28 backup art28.tar   # tar xf art28.tar && mongorestore art28"
)
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write all databases, as of one moment, into FILE (tar of BSON, as mongorestore reads it).

    The keys that open what is sealed are not in it: keep ART28_SECRETS_KEY apart.
    """
    os.environ.update(surroundings(os.environ))
    common = Common.from_env()
    unfinished = file.with_name(f"{file.name}.part")
    client: Mongo = MongoClient(common.mongo_url, document_class=bson.raw_bson.RawBSONDocument)
    with client, client.start_session(snapshot=True) as session:
        count = written(client, session, common.db_prefix, unfinished)
    unfinished.replace(file)
    click.echo(f"{file}: {count} collections")


def written(client: Mongo, session: ClientSession, prefix: str, file: Path) -> int:
    """Write each collection of the databases that begin with ``prefix``; returns how many."""
    names = [name for name in client.list_database_names() if name.startswith(f"{prefix}_")]
    found = [(name, each) for name in sorted(names) for each in _collections(client, name)]
    with (
        tarfile.open(file, "w") as archive,
        click.progressbar(found, label="backup", file=sys.stderr) as shown,
    ):
        for name, each in shown:
            content = b"".join(row.raw for row in client[name][each].find({}, session=session))
            entry = tarfile.TarInfo(f"art28/{name}/{each}.bson")
            entry.size, entry.mode = len(content), 0o600
            archive.addfile(entry, io.BytesIO(content))
    return len(found)


def _collections(client: Mongo, name: str) -> Iterator[str]:
    return (
        each
        for each in sorted(client[name].list_collection_names())
        if not each.startswith(NOT_KEPT)
    )
