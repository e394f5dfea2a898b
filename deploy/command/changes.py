"""`art28 change`: draft, preview and announce a change of the list."""

from __future__ import annotations

import json
from typing import Any, TextIO

import click

from deploy.command.api import Api, asks

REGISTER = "/registry/v1/processors/{}"


@click.group()
def change() -> None:
    """Changes of the list of sub-processors."""


@change.command(epilog="\b\nExample:\n  art28 change draft acme change.json")
@click.argument("slug")
@click.argument("file", type=click.File(encoding="utf-8"))
@asks
def draft(api: Api, slug: str, file: TextIO) -> None:
    """Draft the change that FILE describes (JSON; - is standard input). Nobody is told yet."""
    made = api.send(f"{REGISTER.format(slug)}/changes", _described(file))
    api.show(made, f"{made['id']} is a draft for {made['effective_on']}.")


def _described(file: TextIO) -> Any:
    try:
        return json.load(file)
    except ValueError as error:
        raise click.BadParameter(f"this is no JSON: {error}", param_hint="FILE") from error


@change.command()
@click.argument("slug")
@click.argument("change_id")
@asks
def preview(api: Api, slug: str, change_id: str) -> None:
    """Say whom it concerns, and from which day it may take effect."""
    seen = api.read(f"{REGISTER.format(slug)}/changes/{change_id}/preview")
    told = "possible" if seen["possible"] else "too early"
    earliest = seen["earliest_effective_on"] or "any day"
    api.show(seen, f"{seen['effective_on']}: {told}; earliest: {earliest}")


@change.command(epilog="\b\nExample:\n  art28 change announce acme chg_0123 --earliest")
@click.argument("slug")
@click.argument("change_id")
@click.option("--earliest", is_flag=True, help="Move it to the earliest day that is allowed.")
@asks
def announce(api: Api, slug: str, change_id: str, earliest: bool) -> None:
    """Announce it: every customer concerned is told. This cannot be taken back."""
    path = f"{REGISTER.format(slug)}/changes/{change_id}"
    seen = api.read(f"{path}/preview") if earliest else {"earliest_effective_on": None}
    if seen["earliest_effective_on"]:
        api.changed("PATCH", path, {"effective_on": seen["earliest_effective_on"]})
    done = api.send(f"{path}/announce")
    api.show(done, f"{done['id']} is announced; it takes effect on {done['effective_on']}.")
