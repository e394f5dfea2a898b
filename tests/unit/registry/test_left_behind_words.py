"""The finding on texts that were left behind names every language, apart by commas."""

from __future__ import annotations

from services.registry.linter.languages import text_findings


def test_all_altered_and_all_kept_languages_are_named() -> None:
    before = {"purpose": dict.fromkeys(("da", "de", "en", "sv"), "old")}
    after = {"purpose": {"da": "one", "de": "two", "en": "old", "sv": "old"}}

    (finding,) = text_findings(before, after, "")

    assert finding.detail == (
        "The text in da, de was altered without that in en, sv; let both say the same."
    )
