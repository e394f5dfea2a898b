"""Settings of the e-mail channel: the URL, the sender, and what stops the start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from environs import Env

from services.notices.channels.email import MailSettings, next_attempt
from services.notices.channels.email.schedule import ATTEMPTS, WAITS
from services.notices.letters.words import CATALOGUES, LANGUAGES
from shared.settings import SettingsError


def read(monkeypatch: pytest.MonkeyPatch, **values: str) -> MailSettings:
    for name, value in values.items():
        monkeypatch.setenv(f"ART28_{name}", value)
    return MailSettings.from_env(Env(expand_vars=False))


def test_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "smtp+starttls://art28:p%40ss%2Fword@mail.example:2525"
    it = read(monkeypatch, SMTP_URL=url, MAIL_FROM="Art28 <notices@art28.example>")

    assert (it.security, it.host, it.port) == ("smtp+starttls", "mail.example", 2525)
    assert (it.user, it.password) == ("art28", "p@ss/word")
    assert it.sender.addr_spec == "notices@art28.example"
    assert it.is_on
    assert "p@ss" not in repr(it)
    assert it.lease_seconds > 2 * it.seconds


@pytest.mark.parametrize(
    ("url", "port"), [("smtp://h", 25), ("smtp+starttls://h", 587), ("smtps://h", 465)]
)
def test_each_form_has_its_port(monkeypatch: pytest.MonkeyPatch, url: str, port: int) -> None:
    assert read(monkeypatch, SMTP_URL=url, MAIL_FROM="a@b.example").port == port


def test_without_a_url_it_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not read(monkeypatch).is_on


@pytest.mark.parametrize(
    "values",
    [
        {"SMTP_URL": "http://mail.example", "MAIL_FROM": "a@b.example"},
        {"SMTP_URL": "smtp://", "MAIL_FROM": "a@b.example"},
        {"SMTP_URL": "smtp://h:99999", "MAIL_FROM": "a@b.example"},
        {"SMTP_URL": "smtp://h/path", "MAIL_FROM": "a@b.example"},
        {"SMTP_URL": "smtp://h"},
        {"SMTP_URL": "smtp://h", "MAIL_FROM": "nobody"},
        {"SMTP_URL": "smtp://h", "MAIL_FROM": "a@b.example", "SMTP_SECONDS": "0"},
        {"SMTP_URL": "smtp://u:topsecret@h:x", "MAIL_FROM": "a@b.example"},
        {"SMTP_URL": "smtp://u:topsecret@mail.example", "MAIL_FROM": "a@b.example"},
        {"BOUNCE_SECRET": "short"},
        {"SMTP_URL_FILE": "/nowhere"},
    ],
)
def test_what_is_wrong_stops_the_start_and_shows_no_password(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str]
) -> None:
    with pytest.raises(SettingsError) as raised:
        read(monkeypatch, **values)
    assert "topsecret" not in str(raised.value)


def test_the_url_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("smtps://u:p@h\n")
    it = read(monkeypatch, SMTP_URL_FILE=str(tmp_path / "url"), MAIL_FROM="a@b.example")
    assert it.host == "h"


def test_a_mail_is_tried_for_four_to_five_days() -> None:
    assert 4 <= sum(WAITS) / 86_400 <= 5
    assert next_attempt(ATTEMPTS, "temporary", 0).state == "failed"
    assert next_attempt(1, "permanent", 0).state == "failed"
    after = next_attempt(1, "temporary", 1).after
    assert after is not None
    assert after.total_seconds() == 66


def test_every_language_says_everything() -> None:
    said = {
        each: json.loads((CATALOGUES / f"{each}.json").read_text("utf-8")) for each in LANGUAGES
    }
    for language, texts in said.items():
        assert set(texts) == set(said["en"]), language
        for key, text in texts.items():
            names = {part.partition("}")[0] for part in said["en"][key].split("{")[1:]}
            assert {part.partition("}")[0] for part in text.split("{")[1:]} == names, (
                language,
                key,
            )
