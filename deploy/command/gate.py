"""`art28 gate`: may data flow to this sub-processor? For a deployment that must wait."""

from __future__ import annotations

from typing import Any

import click

from deploy.command.api import Api, asks

ALLOWED, CLOSED = "allowed", 3
EXAMPLES = """
\b
Exit codes: 0 allowed; 3 not (yet); 1 no answer, so do not deploy; 2 wrong words.

\b
Example:
  art28 gate sub_0123 --processor acme && ./deploy
"""


@click.command(epilog=EXAMPLES)
@click.argument("sub_processor")
@click.option("--processor", help="Slug of the processor on whose list it is.")
@click.option("--on", "day", metavar="YYYY-MM-DD", help="On which day; else today.")
@click.option("--customer", help="As a processor: for this customer (org_…) alone.")
@asks
def gate(
    api: Api, sub_processor: str, processor: str | None, day: str | None, customer: str | None
) -> None:
    """Say whether data may flow to SUB_PROCESSOR (sub_…), for whoever asks."""
    query = {"sub_processor_id": sub_processor, "processor": processor, "on": day}
    path = "/registry/v1/gate" if customer else "/portal/v1/gate"
    told = api.read(path, controller_id=customer, **query)
    api.show(told, _line(told))
    if told["answer"] != ALLOWED:
        raise click.exceptions.Exit(CLOSED)


def _line(told: dict[str, Any]) -> str:
    until = f" until {told['until']}" if told["until"] else ""
    return f"{told['answer']}{until}: {told['reason']}"
