"""A visitor asks for mails about changes, confirms and ends it, without script, in its language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.public.app import create_app
from services.public.catalogue import words
from shared.errors import Conflict, TooManyRequests, Unavailable
from tests import seals
from tests.integration.public.conftest import BROWSER, NOW, settings
from tests.integration.public.fake_registry import FakeDocuments, FakeRegistry

PAGE = "/p/tempus-serva"
ASK = f"{PAGE}/subscriptions"
LINK, END = f"{ASK}/confirm/x", f"{ASK}/y"
ADA = {"email": "ada@example.com"}


@dataclass
class FakeNotices:
    """Keeps what it is asked. ``states``: what it answers; ``refuses``: raised instead."""

    states: dict[str, str] = field(default_factory=dict)
    refuses: Exception | None = None
    asked: list[Any] = field(default_factory=list)

    def _answer(self, name: str, asked: Any, usual: str) -> str:
        if self.refuses:
            raise self.refuses
        self.asked.append(asked)
        return self.states.get(name, usual)

    def subscribe(self, wish: dict[str, Any]) -> str:
        return self._answer("subscribe", wish, "asked")

    def confirm(self, token: str) -> str:
        return self._answer("confirm", token, "confirmed")

    def end(self, token: str) -> str:
        return self._answer("end", token, "ended")

    def reads_questions(self, vendor_id: str) -> bool:
        return self.states.get("reads") != vendor_id

    def ask(self, question: dict[str, Any]) -> str:
        return self._answer("ask", question, "sent")


@pytest.fixture
def notices() -> FakeNotices:
    return FakeNotices()


@pytest.fixture
def client(registry: FakeRegistry, notices: FakeNotices) -> FlaskClient:
    app = create_app(settings(), registry=registry, documents=FakeDocuments(), now=lambda: NOW,
                     seal=seals.seal, notices=notices)  # fmt: skip
    visitor = app.test_client()
    visitor.environ_base["HTTP_ACCEPT"] = BROWSER
    visitor.environ_base["REMOTE_ADDR"] = "2001:db8:1:2:3::4"
    return visitor


def test_the_page_of_a_register_leads_to_the_form(client: FlaskClient) -> None:
    assert f'href="{ASK}"' in client.get(PAGE).text
    form = client.get(f"{ASK}?lang=da")
    assert (form.status_code, 'name="email"' in form.text) == (200, True)
    assert f'action="{ASK}?lang=da"' in form.text


@pytest.mark.parametrize("language", ["en", "da", "sv"])
def test_a_form_is_passed_on_with_the_language_of_the_page(
    client: FlaskClient, notices: FakeNotices, language: str
) -> None:
    answer = client.post(f"{ASK}?lang={language}", data={**ADA, "topic": "all", "product": ""})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (202, "no-store")
    assert answer.headers["Content-Language"] == language
    [wish] = notices.asked
    assert wish["processor"].keys() == {"id", "slug", "legal_name"}
    assert (wish["language"], wish["network"]) == (language, "2001:db8:1:2::")
    assert (wish["topic"], wish["product"], wish["email"]) == ("all", None, ADA["email"])


def test_a_program_asks_by_json(client: FlaskClient, notices: FakeNotices) -> None:
    client.environ_base["HTTP_ACCEPT"] = "application/json"
    answer = client.post(ASK, json={**ADA, "product": "cloud"})
    assert (answer.status_code, answer.json) == (202, {"state": "asked"})
    assert [(it["topic"], it["product"]) for it in notices.asked] == [("coming", "cloud")]
    for wrong in ({}, {"email": "nobody"}, {**ADA, "topic": "some"}, {**ADA, "more": 1}):
        answer = client.post(ASK, json=wrong)
        told = answer.get_json()
        assert (answer.status_code, told["code"]) == (422, "invalid-values")
        assert told["errors"]
    assert client.post(ASK, json=[]).status_code == 400
    assert client.post(ASK, data=b"x", content_type="text/plain").status_code == 415
    assert len(notices.asked) == 1


def test_a_form_that_is_wrong_comes_back_as_it_was(
    client: FlaskClient, notices: FakeNotices
) -> None:
    answer = client.post(ASK, data={"email": '"><b>', "topic": "all"})
    assert (answer.status_code, notices.asked) == (422, [])
    assert 'value="&#34;&gt;&lt;b&gt;"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert '<option value="all" selected>' in answer.text


@pytest.mark.parametrize(("path", "becomes"), [(LINK, "Confirmed"), (END, "Unsubscribed")])
def test_a_link_shows_a_button_and_only_the_button_acts(
    client: FlaskClient, notices: FakeNotices, path: str, becomes: str
) -> None:
    shown = client.get(f"{path}?lang=en")
    assert f'<form class="alone" method="post" action="{path}?lang=en">' in shown.text
    assert notices.asked == []
    assert 'name="robots" content="noindex"' in shown.text
    assert "canonical" not in shown.text
    answer = client.post(f"{path}?lang=en")
    assert (answer.status_code, becomes in answer.text) == (200, True)
    assert notices.asked == [path[-1]]


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_post_of_a_mail_program_ends_it(
    client: FlaskClient, notices: FakeNotices, kind: str
) -> None:
    told = {"List-Unsubscribe": "One-Click"}
    assert client.post(END, data=told, content_type=kind).status_code == 200
    assert notices.asked == ["y"]


@pytest.mark.parametrize(("state", "status"), [("expired", 410), ("unknown", 404)])
@pytest.mark.parametrize("language", ["en", "da", "sv"])
def test_a_link_that_is_no_good_says_so_and_offers_another(
    client: FlaskClient, notices: FakeNotices, state: str, status: int, language: str
) -> None:
    notices.states["confirm"] = state
    answer = client.post(f"{LINK}?lang={language}")
    assert (answer.status_code, answer.headers["Content-Language"]) == (status, language)
    assert f'href="{ASK}?lang={language}"' in answer.text


def test_a_register_that_is_not_public_takes_nobody_but_lets_everybody_go(
    client: FlaskClient, registry: FakeRegistry, notices: FakeNotices
) -> None:
    registry.published = False
    assert client.get(ASK).status_code == client.post(ASK, data=ADA).status_code == 404
    assert notices.asked == []
    answer = client.post(END)
    assert (answer.status_code, notices.asked) == (200, ["y"])
    assert "Tempus" not in answer.text


@pytest.mark.parametrize(("refuses", "status"), [(TooManyRequests(), 429), (Unavailable(), 503)])
def test_a_refusal_is_told_as_a_page_in_words(
    client: FlaskClient, notices: FakeNotices, refuses: Exception, status: int
) -> None:
    notices.refuses = refuses
    answer = client.post(f"{ASK}?lang=en", data=ADA)
    assert (answer.status_code, "<h1>" in answer.text) == (status, True)


QUESTION = {"about": "objection", "name": "Ada", "email": ADA["email"], "text": "No.\nThanks"}


@pytest.mark.parametrize("language", ["en", "da", "sv"])
def test_a_question_is_passed_on_and_says_what_is_no_objection(
    client: FlaskClient, notices: FakeNotices, language: str
) -> None:
    path = f"{PAGE}/ask?lang={language}"
    warning = words(language)("ask.objection")
    assert f"{PAGE}/ask" in client.get(PAGE).text
    assert warning in client.get(path).text
    answer = client.post(path, data=QUESTION)
    assert (answer.status_code, warning in answer.text) == (202, True)
    [asked] = notices.asked
    assert {name: asked[name] for name in QUESTION} == QUESTION
    assert (asked["language"], asked["network"]) == (language, "2001:db8:1:2::")


@pytest.mark.parametrize(
    "wrong",
    [{"text": "See https://spam.example"}, {"text": "www.spam.example"}, {"name": "a\nb"},
     {"text": "x" * 4_001}, {"about": "more"}, {"email": "a@b, c@d.example"}],
)  # fmt: skip
def test_a_question_that_would_serve_others_is_not_sent(
    client: FlaskClient, notices: FakeNotices, wrong: dict[str, str]
) -> None:
    answer = client.post(f"{PAGE}/ask", data={**QUESTION, **wrong})
    assert (answer.status_code, notices.asked) == (422, [])
    assert 'role="alert"' in answer.text


def test_where_nobody_reads_there_is_no_form(client: FlaskClient, notices: FakeNotices) -> None:
    notices.states["reads"] = "org_1"
    shown = client.get(f"{PAGE}/ask?lang=en").text
    assert ("<textarea" in shown, "reads no messages from here" in shown) == (False, True)
    notices.refuses = Conflict()
    answer = client.post(f"{PAGE}/ask?lang=en", data=QUESTION)
    assert (answer.status_code, "<textarea" in answer.text) == (409, False)
