"""`art28 register`: bring a list in, publish it, see what needs a hand."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

from deploy.command.api import Api, Refused, asks, told

REGISTER = "/registry/v1/processors/{}"
KINDS = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".json": "application/json",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".html": "text/html",
    ".md": "text/markdown",
}
# Then it is done, or waits for answers.
UNDER_WAY = ("receiving", "queued")
BETWEEN, LIMIT = 0.2, 300.0


@click.group()
def register() -> None:
    """The register of a processor."""


@register.command("import", epilog="\b\nExample:\n  art28 register import acme list.xlsx")
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--into", type=click.Choice(["baseline", "changes"]), help="As what it comes in.")
@asks
def bring(api: Api, slug: str, file: Path, into: str | None) -> None:
    """Bring in a list: CSV, XLSX, JSON, YAML, HTML or Markdown."""
    kind = KINDS.get(file.suffix.lower())
    if kind is None:
        raise click.BadParameter(f"one of {', '.join(KINDS)} is read", param_hint="FILE")
    query = {"into": into} if into else {}
    path = f"{REGISTER.format(slug)}/import"
    begun = told(api.ask("POST", path, params=query, data=file.read_bytes(),
                         headers={"Content-Type": kind}))  # fmt: skip
    job = _finished(api, f"{REGISTER.format(slug)}/imports/{begun['id']}")
    counts = f"{job['rows_done']} of {job['rows_total']} rows, {job['waiting']} wait for an answer"
    api.show(job, f"{job['id']} {job['status']}: {counts}.")


def _finished(api: Api, path: str) -> Any:
    """The job, once all its rows are done; its progress is shown to whoever watches."""
    job, end = api.read(path), time.monotonic() + LIMIT
    with click.progressbar(length=job["rows_total"], file=sys.stderr) as bar:
        while job["status"] in UNDER_WAY:
            if time.monotonic() > end:
                raise Refused(f"The import goes on; ask for {path} later.")
            time.sleep(BETWEEN)
            job = api.read(path)
            bar.update(job["rows_done"] - bar.pos)
    return job


@register.command()
@click.argument("slug")
@asks
def publish(api: Api, slug: str) -> None:
    """Open the public page of the register."""
    path = f"{REGISTER.format(slug)}/page"
    page = api.changed("PUT", path, {**api.read(path), "published": True})
    api.show(page, f"{api.url}/p/{slug} is public.")


@register.command()
@click.argument("slug")
@asks
def todo(api: Api, slug: str) -> None:
    """List what needs a hand, most urgent first."""
    items = list(api.pages(f"{REGISTER.format(slug)}/todo"))
    lines = [f"{each['severity']:6} {each['due_on'] or '-':10} {each['detail']}" for each in items]
    api.show(items, "\n".join(lines) or "Nothing needs a hand.")
