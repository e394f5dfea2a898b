"""`art28` finds the installation: the one of the settings, else the local profile."""

from __future__ import annotations

from pathlib import Path

from deploy.command.administration import surroundings


def test_named_settings_are_taken_as_they_are() -> None:
    named = {"ART28_MONGO_URL": "mongodb://db.example/?replicaSet=art28"}
    assert surroundings(named) == named


def test_without_any_the_local_profile_is_meant(tmp_path: Path) -> None:
    found = surroundings({"ART28_PORT": "9000", "ART28_VAR": str(tmp_path)})
    assert found["ART28_MONGO_URL"].startswith("mongodb://127.0.0.1:9011/")
    assert found["ART28_ORIGIN"] == "http://127.0.0.1:9000"
    assert Path(found["ART28_SECRETS_KEY_FILE"]).is_file()
