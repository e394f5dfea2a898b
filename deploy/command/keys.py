"""`art28 token` and `art28 key`: tokens, and the keys (clients) of an organisation."""

from __future__ import annotations

import click

from deploy.command.api import Api, asks

CLIENTS = "/identity/v1/clients"


@click.command(epilog='\b\nExample:\n  curl -H "Authorization: Bearer $(art28 token)" …')
@click.option("--scope", help="Fewer scopes than the key holds, separated by spaces.")
@asks
def token(api: Api, scope: str | None) -> None:
    """Print an access token, good for a quarter of an hour."""
    told = api.token(scope)
    api.show(told, told["access_token"])


@click.group()
def key() -> None:
    """Keys by which programs of your organisation ask."""


@key.command(epilog="\b\nExample:\n  art28 key create 'CI' --scope registry:read")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help="May be given again.")
@asks
def create(api: Api, name: str, scopes: tuple[str, ...]) -> None:
    """Make a key; its secret is shown this once."""
    made = api.send(CLIENTS, {"name": name, "scopes": list(scopes)})
    api.show(made, f"{made['client_id']} {made['client_secret']}")


@key.command(epilog="\b\nExample:\n  art28 key rotate cli_0123 --overlap 48")
@click.argument("client")
@click.option("--overlap", type=int, help="Hours for which the old secret works on.")
@asks
def rotate(api: Api, client: str, overlap: int | None) -> None:
    """Give a key a new secret, shown this once; the old one works on for a while."""
    body = {} if overlap is None else {"overlap_hours": overlap}
    made = api.send(f"{CLIENTS}/{client}/rotate", body)
    api.show(made, made["client_secret"])


@key.command()
@click.argument("client")
@asks
def revoke(api: Api, client: str) -> None:
    """Remove a key: it gets no token any more, and its tokens end at once."""
    api.delete(f"{CLIENTS}/{client}")
    api.show({"client_id": client, "revoked": True}, f"{client} is revoked.")
