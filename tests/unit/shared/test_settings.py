"""Settings read from the environment."""

from __future__ import annotations

from shared.settings import Common


def test_no_key_shows_when_settings_are_printed() -> None:
    common = Common(
        origin="http://127.0.0.1:8280",
        mongo_url="",
        db_prefix="art28",
        audience="art28",
        urls={},
        service_key=b"service-key",
        secrets_key=b"secrets-key",
        log_level="info",
        log_format="json",
        older_secrets_keys=(b"older-key",),
    )
    assert "-key" not in repr(common)
