"""What `art28` sends to an installation: always with a token that is good."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from deploy.command.api import Api, Refused

ORIGIN = "https://art28.example"
LIFE = 900


class Installation(requests.Session):
    """Gives tokens that are good for ``LIFE`` seconds of ``at``, and refuses others."""

    def __init__(self, body: str = '{"items": []}') -> None:
        super().__init__()
        self.at, self.body, self.asked = 0.0, body, list[str]()

    def request(self, method: Any, url: Any, **more: Any) -> requests.Response:  # type: ignore[override]
        self.asked.append(f"{method} {str(url).removeprefix(ORIGIN)}")
        if str(url).endswith("/token"):
            return answer(200, json.dumps({"access_token": str(self.at), "expires_in": LIFE}))
        made = float(str(self.headers["Authorization"]).removeprefix("Bearer "))
        refusal = '{"detail": "The token has expired.", "code": "token-expired"}'
        return answer(200, self.body) if self.at < made + LIFE else answer(401, refusal)


def answer(status: int, body: str) -> requests.Response:
    made = requests.Response()
    made.status_code, made._content, made.url = status, body.encode(), ORIGIN
    return made


def api_of(installation: Installation) -> Api:
    return Api(ORIGIN, "cli_1", "secret", session=installation, monotonic=lambda: installation.at)


def test_a_command_that_runs_longer_than_a_token_asks_for_another() -> None:
    installation = Installation()
    api = api_of(installation)
    for at in (0.0, 60.0, LIFE + 60.0):
        installation.at = at
        api.delete("/portal/v1/webhook-endpoints/ep_1")
    assert [each.split()[0] for each in installation.asked] == [
        "POST", "DELETE", "DELETE", "POST", "DELETE",
    ]  # fmt: skip


def test_what_answers_without_json_is_named_in_one_line() -> None:
    with pytest.raises(Refused, match=r"https://art28\.example"):
        api_of(Installation("<p>Welcome</p>")).read("/portal/v1/gate")
