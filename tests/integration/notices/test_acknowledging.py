"""The link in a mail: looking acknowledges nothing, the button does, once, for this contact."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from services.notices.app import create_app
from services.notices.model.acknowledgement_links import LinkInvalid, Links
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
from tests.integration.notices.world import START, Receiver, settings

IDA, BO = (each["email"] for each in PERSONS)
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
        identity = Identity(self.it.world.clock)
        app = create_app(chosen, identity.transport(), self.it.world.clock)
        self.door = Door(app, identity)
        self.client = Client(app)
        self.it.agreement("nordbo", 1, "email", contacts=PERSONS, language="da")
        self.it.announce("chg_1", 1)
        self.it.settle()
        found = re.search(r"/notices(/v1/acknowledge/\S+)", post.got[0].text)
        assert found
        self.path = found[1]

    def notices(self) -> list[dict[str, Any]]:
        return self.it.world.rows("messages", notice={"$ne": None})

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
    assert mailed.post().get_json()["acknowledged_by"]["name"] == "Ida Holm"

    wrong = mailed.get("/v1/acknowledge/nonsense")
    assert wrong.status_code == 404
    assert wrong.content_type == "application/problem+json"
    assert wrong.get_json()["code"] == "acknowledgement-link-invalid"


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


def test_a_link_is_good_for_its_own_notice_and_contact_alone(mailed: Mailed) -> None:
    """Parts of two good links make no third one."""
    mailed.it.announce("chg_2", 1)
    mailed.it.settle()
    first, second = (re.search(r"/acknowledge/(\S+)", each.text) for each in mailed.it.post.to(IDA))
    assert first
    assert second
    parts = first[1].split("."), second[1].split(".")
    for mail, notice, mac in [(0, 1, 0), (0, 1, 1), (1, 0, 0), (1, 0, 1)]:
        token = ".".join([parts[mail][0], parts[notice][1], parts[0][2], parts[mac][3]])
        assert mailed.post(f"/v1/acknowledge/{token}").status_code == 404
    mailed.post(f"/v1/acknowledge/{second[1]}")
    done = {each["change_id"]: each["acknowledged_at"] for each in mailed.notices()}
    assert done["chg_1"] is None
    assert done["chg_2"] is not None


def test_a_signature_made_for_something_else_is_not_good_here() -> None:
    """The key is derived for links alone: what the secrets key itself signs is refused."""
    links, text = Links("http://art28.test", b"k" * 32), f"mai_{'a' * 32}.ntc_{'b' * 32}.2099-01-01"
    mac = urlsafe_b64encode(hmac.digest(b"k" * 32, text.encode(), "sha256")).rstrip(b"=").decode()
    with pytest.raises(LinkInvalid):
        links.read(f"{text}.{mac}", START)
    assert "kkkk" not in repr(links)


def test_links_sent_before_the_key_was_renewed_work_until_it_is_taken_out(
    mailed: Mailed, mongo_url: str, database_name: str
) -> None:
    def renewed(*older: bytes) -> Client:
        chosen = settings(
            mongo_url, database_name, secrets_key=b"n" * 32, older_keys=older,
            mail=mailed.it.world.deps.settings.mail,
        )  # fmt: skip
        return Client(create_app(chosen, Identity().transport(), mailed.it.world.clock))

    assert renewed().get(mailed.path).status_code == 404
    assert renewed(b"o" * 32).post(mailed.path).status_code == 404
    assert mailed.it.notice("nordbo")["acknowledged_at"] is None
    assert renewed(b"o" * 32, b"k" * 32).post(mailed.path).status_code == 200
    assert mailed.it.notice("nordbo")["acknowledged_at"] is not None


SCANNERS = [
    {"User-Agent": "Mozilla/5.0 (compatible; MailScanner)"},
    {"Purpose": "prefetch", "Sec-Purpose": "prefetch;prerender", **HTML},
    {"X-Moz": "prefetch", **HTML},
]


@pytest.mark.parametrize("headers", SCANNERS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_nothing_but_the_buttons_post_acknowledges(
    mailed: Mailed, method: str, headers: dict[str, str]
) -> None:
    for _ in range(2):
        mailed.client.open(mailed.path, method=method, headers=headers)
        mailed.client.open(f"{mailed.path}?List-Unsubscribe=One-Click", method=method)
    assert mailed.it.notice("nordbo")["acknowledged_at"] is None


def test_the_page_posts_only_when_its_button_is_pressed(mailed: Mailed) -> None:
    """No script, no automatic submission, no refresh: nothing presses the button by itself."""
    page = mailed.get(**HTML).text.lower()
    for word in ("<script", "onload", "autofocus", "http-equiv", "formaction", "<iframe", "<img"):
        assert word not in page
    assert page.count("<form") == 1
    assert page.count('method="post"') == 1


def test_a_notice_cannot_be_unsubscribed_only_sent_to_somebody_else(mailed: Mailed) -> None:
    first = mailed.it.post.one().mail
    assert {"List-Unsubscribe", "List-Unsubscribe-Post", "Precedence"}.isdisjoint(first.keys())
    ask = mailed.door.customer("nordbo")
    etag = ask("GET", "/notice-contacts").headers["ETag"]
    nobody = ask("PUT", "/notice-contacts", {"contacts": []}, If_Match=etag)
    assert nobody.status_code == 422
    new = [{"name": "Bo Vik", "position": "CISO", "email": BO}]
    assert ask("PUT", "/notice-contacts", {"contacts": new}, If_Match=etag).status_code == 200
    mailed.it.announce("chg_2", 1)
    mailed.it.settle()

    assert [each.recipient for each in mailed.it.post.got] == [IDA, BO]


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
