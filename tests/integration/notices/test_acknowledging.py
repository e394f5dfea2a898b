"""The link in a mail: looking acknowledges nothing, the button does, once, for this contact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from werkzeug.test import Client, TestResponse

from services.notices.app import create_app
from shared.mongo import connect
from tests.integration.notices.asking import Door, Identity
from tests.integration.notices.post import (
    PERSONS,
    MailWorld,
    Post,
    mail_settings,
    make_mail_world,
    posting,
)
from tests.integration.notices.world import Receiver, settings

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def mailed(mongo_url: str, database_name: str, receiver: Receiver, post: Post) -> Iterator[Mailed]:
    with posting(post) as port:
        yield Mailed(mongo_url, database_name, receiver, post, port)


class Mailed:
    """A notice mailed to Ida, and the door of the app."""

    def __init__(
        self, mongo_url: str, database: str, receiver: Receiver, post: Post, port: int
    ) -> None:
        chosen = settings(mongo_url, database, mail=mail_settings(port, bounce_secret="s" * 20))
        mongo = connect(mongo_url, chosen.common.database("notices"))
        self.it: MailWorld = make_mail_world(mongo, receiver, post, chosen.mail)
        identity = Identity()
        app = create_app(chosen, identity.transport(), self.it.world.clock)
        self.door = Door(app, identity)
        self.client = Client(app)
        self.it.agreement("nordbo", 1, "email", contacts=PERSONS, language="da")
        self.it.announce("chg_1", 1)
        self.it.settle()
        found = re.search(r"/notices(/v1/acknowledge/\S+)", post.got[0].text)
        assert found
        self.path = found[1]

    def get(self, path: str = "", **headers: str) -> TestResponse:
        return self.client.get(path or self.path, headers=headers)

    def post(self, path: str = "", **headers: str) -> TestResponse:
        return self.client.post(path or self.path, headers=headers)


def test_it_works(mailed: Mailed) -> None:
    page = mailed.get(**HTML)
    assert page.status_code == 200
    assert "<button" in page.text
    assert "Ny underdatabehandler: Mail Inc." in page.text
    assert 'lang="da"' in page.text
    assert mailed.it.notice("nordbo")["acknowledged_at"] is None

    done = mailed.post(**HTML)

    assert done.status_code == 200
    assert "<button" not in done.text
    assert "Bekræftet af Ida Holm" in done.text
    kept = mailed.it.notice("nordbo")
    assert kept["acknowledged_at"] is not None
    assert kept["acknowledged_by"]["email"] == "ida@nordbo.example"


def test_the_page_runs_nothing_and_tells_nobody(mailed: Mailed) -> None:
    page = mailed.get(**HTML)

    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert re.search(r"style-src 'sha256-[A-Za-z0-9+/=]{44}'", policy)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "<script" not in page.text
    assert "http" not in re.sub(r"<dd>.*?</dd>", "", page.text)


def test_scanners_that_follow_links_acknowledge_nothing(mailed: Mailed) -> None:
    for _ in range(3):
        assert mailed.get().status_code == 200
        assert mailed.client.head(mailed.path).status_code == 200
    assert mailed.it.notice("nordbo")["acknowledged_at"] is None


def test_machines_get_json_and_problems(mailed: Mailed) -> None:
    told = mailed.get()
    assert told.json is not None
    assert told.json["notice"]["objection_deadline"] == "2026-12-07"
    assert told.json["acknowledged_at"] is None
    assert mailed.post().json["acknowledged_by"]["name"] == "Ida Holm"  # type: ignore[index]

    wrong = mailed.get("/v1/acknowledge/nonsense")
    assert wrong.status_code == 404
    assert wrong.content_type == "application/problem+json"
    assert wrong.json["code"] == "acknowledgement-link-invalid"  # type: ignore[index]


def test_acknowledging_again_changes_nothing(mailed: Mailed) -> None:
    first = mailed.post().json
    mailed.it.world.clock.ahead += timedelta(hours=1)
    assert mailed.post().json == first


def test_a_link_that_was_altered_is_refused(mailed: Mailed) -> None:
    place, _, token = mailed.path.rpartition("/")
    mail, notice, day, mac = token.split(".")
    forged = [
        f"{mail}.{notice}.2099-01-01.{mac}",
        f"mai_{'a' * 32}.{notice}.{day}.{mac}",
        f"{mail}.ntc_{'a' * 32}.{day}.{mac}",
        f"{mail}.{notice}.{day}.{mac[:-2]}",
        f"{mail}.{notice}.{day}",
        "x" * 400,
        "ø",
    ]
    for each in forged:
        answer = mailed.post(f"{place}/{each}", **HTML)
        assert answer.status_code == 404, each
        assert "<button" not in answer.text
    assert mailed.it.notice("nordbo")["acknowledged_at"] is None


def test_a_link_ends_thirty_days_after_the_change_has_effect(mailed: Mailed) -> None:
    effective = mailed.it.notice("nordbo")["notice"]["effective_on"]
    assert effective == "2026-12-24"
    clock, now = mailed.it.world.clock, mailed.it.world.clock().date()
    clock.ahead += timedelta(days=(date.fromisoformat(effective) - now).days + 30)
    assert mailed.get().status_code == 200
    clock.ahead += timedelta(days=1)
    assert mailed.get().status_code == 404


def test_once_acknowledged_nobody_else_is_written_to(mailed: Mailed) -> None:
    mailed.post()
    report = {"bounces": [{"recipient": "ida@nordbo.example", "status": "5.1.1"}]}
    answer = mailed.client.post(
        "/v1/bounces", json=report, headers={"Authorization": f"Bearer {'s' * 20}"}
    )
    assert answer.json == {"bounced": 1}
    mailed.it.settle()

    assert [each.recipient for each in mailed.it.post.got] == ["ida@nordbo.example"]


def test_the_provider_posts_bounces_with_its_secret(mailed: Mailed) -> None:
    report = {"bounces": [{"recipient": "IDA@nordbo.example", "status": "5.1.1"}]}
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
        assert mailed.client.post("/v1/bounces", json=report, headers=headers).status_code == 401
    answer = mailed.client.post("/v1/bounces", json=report, auth=("provider", "s" * 20))
    assert answer.json == {"bounced": 1}
    mailed.it.settle()

    assert [each.recipient for each in mailed.it.post.got] == [
        "ida@nordbo.example",
        "bo@nordbo.example",
    ]


def test_no_secret_no_door(mongo_url: str, database_name: str, door: Door) -> None:
    answer = door.app.test_client().post("/v1/bounces", json={"bounces": []})
    assert answer.status_code == 404
