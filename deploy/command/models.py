"""`art28 mcp`: published registers, for a model to read."""

from __future__ import annotations

from importlib import import_module

import click

from deploy.checks import StartError

LOCAL = "http://127.0.0.1:8280"


@click.command()
@click.option("--origin", envvar="ART28_ORIGIN", default=LOCAL, show_default=True,
              help="Of the installation (ART28_ORIGIN).")  # fmt: skip
def mcp(origin: str) -> None:
    """Let a model read published registers (Model Context Protocol, by standard input and output).

    It needs the extra art28[mcp].
    """
    serve_tools(origin)


def serve_tools(origin: str) -> None:
    """Answer a model until its input ends. Raises ``StartError`` without the SDK."""
    try:
        tools = import_module("deploy.register_tools")
    except ModuleNotFoundError as error:
        raise StartError(f"{error.name} is missing; install art28[mcp]") from error
    tools.server(origin).run()
