"""The API of an installation, as the client that the environment names."""

from __future__ import annotations

import json
import math
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import click
import requests

from shared.safe_text import terminal

P = ParamSpec("P")
SECONDS = 30.0


class Refused(Exception):
    """The installation refused what was asked, or does not answer; the message says why."""


@dataclass
class Api:
    """Asks as one client. ``as_json``: answers are printed as they are."""

    url: str
    client_id: str
    secret: str = field(repr=False)
    as_json: bool = False
    session: requests.Session = field(default_factory=requests.Session, repr=False)
    monotonic: Callable[[], float] = time.monotonic
    _until: float = field(default=-math.inf, init=False)

    def token(self, scope: str | None = None) -> dict[str, Any]:
        """A fresh access token (RFC 6749 §4.4)."""
        form = {"grant_type": "client_credentials", "scope": scope or "",
                "client_id": self.client_id, "client_secret": self.secret}  # fmt: skip
        given: dict[str, Any] = told(self._sent("POST", "/identity/v1/token", data=form))
        return given

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """One request; a POST has a key of its own, so that it may be sent again."""
        if self.monotonic() >= self._until:
            self._sign_in()
        headers = dict(more.pop("headers", {}))
        if method == "POST":
            headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
        return self._sent(method, path, headers=headers, **more)

    def _sign_in(self) -> None:
        """For half of a token's life: `listen` removes its endpoint whenever it is stopped."""
        given, at = self.token(), self.monotonic()
        self.session.headers["Authorization"] = f"Bearer {given['access_token']}"
        self._until = at + given["expires_in"] / 2

    def read(self, path: str, **query: Any) -> Any:
        return told(self.ask("GET", path, params=_there(query)))

    def send(self, path: str, body: Any = None, **query: Any) -> Any:
        return told(self.ask("POST", path, json=body, params=_there(query)))

    def pages(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Every item of a list, page by page."""
        cursor: str | None = None
        while True:
            page = self.read(path, cursor=cursor, **query)
            yield from page["items"]
            cursor = page.get("next_cursor")
            if not cursor:
                return

    def changed(self, method: str, path: str, body: Any) -> Any:
        """Send what was read and altered, if nobody has altered it meanwhile."""
        tag = self.ask("GET", path).headers["ETag"]
        return told(self.ask(method, path, json=body, headers={"If-Match": tag}))

    def delete(self, path: str) -> None:
        # Whatever has changed of it since: who removes a thing wants none of its versions.
        self.ask("DELETE", path, headers={"If-Match": "*"})

    def show(self, answer: Any, line: str) -> None:
        """Print the answer: one line for people, or all of it as JSON."""
        whole = json.dumps(answer, ensure_ascii=False, indent=2)
        click.echo(whole if self.as_json else terminal(line))

    def _sent(self, method: str, path: str, **more: Any) -> requests.Response:
        try:
            answer = self.session.request(method, self.url + path, timeout=SECONDS, **more)
        except requests.RequestException as error:
            raise Refused(f"{self.url} does not answer ({type(error).__name__}).") from error
        if not answer.ok:
            raise Refused(_why(answer))
        return answer


def told(answer: requests.Response) -> Any:
    """What an answer says. Raises ``Refused`` where it is of another server than Art28."""
    try:
        return answer.json()
    except requests.JSONDecodeError as error:
        raise Refused(f"{answer.url} does not answer as Art28 does.") from error


def _there(query: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}


def _why(answer: requests.Response) -> str:
    """What a problem document says, with what each of its parts says."""
    try:
        it = answer.json()
        parts = [f"{each.get('pointer', '')}: {each['detail']}" for each in it.get("errors", ())]
        return terminal("\n  ".join([f"{it['detail']} ({it['code']})", *parts]))
    except (ValueError, KeyError, AttributeError):
        return f"HTTP {answer.status_code} from {answer.url}"


def _secret(text: str, file: str | None) -> str:
    return Path(file).read_text("utf-8").strip() if file else text


def asks(command: Callable[P, None]) -> Callable[..., None]:
    """Give a command the options that say where and as whom it asks, and ``--json``."""

    @click.option("--url", envvar="ART28_URL", default="http://127.0.0.1:8280", show_default=True,
                  help="Where Art28 is (ART28_URL).")  # fmt: skip
    @click.option("--client-id", envvar="ART28_CLIENT_ID", required=True,
                  help="As whom (ART28_CLIENT_ID).")  # fmt: skip
    @click.option("--secret-file", type=click.Path(exists=True, dir_okay=False),
                  help="A file with the secret; else ART28_CLIENT_SECRET.")  # fmt: skip
    @click.option("--client-secret", envvar="ART28_CLIENT_SECRET", default="", hidden=True)
    @click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
    @wraps(command)
    def asking(
        *words: Any, url: str, client_id: str, client_secret: str, secret_file: str | None,
        as_json: bool, **more: Any,
    ) -> None:  # fmt: skip
        api = Api(url.rstrip("/"), client_id, _secret(client_secret, secret_file), as_json)
        return command(api, *words, **more)  # type: ignore[arg-type]  # What click hands on.

    return asking
