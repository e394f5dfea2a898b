"""How the reader of a notice answers it: by the page behind the button, or where there is none, by
the API or in writing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.notices.letters.words import Words
from services.notices.model.answering import Answering
from services.notices.model.messages import INFORMATION
from services.notices.model.told_changes import changes_told
from shared.counting import counted_by


def how_to_answer(t: Words, data: Mapping[str, Any], answering: Answering) -> Iterator[str]:
    """The paragraphs of a notice, in order."""
    about = data["notice"]
    if about.get("owes") == INFORMATION:
        yield t("mail.information.nothing_to_do", day=t.day(about["effective_on"]))
        return
    yield from (_by_link if answering.url else _by_api)(t, data, answering.address)
    yield t("mail.acknowledging")
    yield from _counting(t, about)


def _by_link(t: Words, data: Mapping[str, Any], address: str) -> Iterator[str]:
    about, vendor = data["notice"], data["processor"].get("legal_name", "")
    deadline = t.day(about["objection_deadline"])
    yield t(f"mail.object_by_link{_until(about)}", day=deadline)
    if about.get("silence") not in (None, "consent"):
        yield t("mail.approve_by_link")
    if len(changes_told(data)) > 1:
        yield t("mail.against_which_by_link")
    if about.get("provisional"):
        yield t("mail.counts_from_receipt_by_link")
    if about.get("modifications"):
        yield t("mail.modifications")
    yield _in_writing(t, vendor, address)


def _in_writing(t: Words, vendor: str, address: str) -> str:
    if address:
        return t("mail.reply", vendor=vendor, address=address)
    return t("mail.write", vendor=vendor)


def _by_api(t: Words, data: Mapping[str, Any], address: str) -> Iterator[str]:
    about, vendor = data["notice"], data["processor"].get("legal_name", "")
    links, deadline = data["links"], about["objection_deadline"]
    url = links.get("change") or f"{links['changes']}/{about['change_ids'][0]}"
    yield t(f"mail.object_by_api{_until(about)}", day=t.day(deadline), url=f"{url}/objections")
    if len(changes_told(data)) > 1:
        yield t("mail.against_which")
    if about.get("provisional"):
        yield t("mail.counts_from_receipt", url=url)
    if about.get("modifications"):
        yield t("mail.modifications")
    to = f"{vendor} ({address})" if address else vendor
    write = "mail.or_write_any_day" if _until(about) == "_any_day" else "mail.or_write"
    yield t(write, vendor=to, notice=about["id"])
    if about.get("silence") not in (None, "consent"):
        yield t("mail.how_to_approve", vendor=vendor, url=f"{url}/approval")


def _until(about: Mapping[str, Any]) -> str:
    """The end of the key: whether a last day is known, and whether there is one."""
    if about["objection_deadline"]:
        return ""
    return "_by_portal" if about.get("provisional") else "_any_day"


def _counting(t: Words, about: Mapping[str, Any]) -> Sequence[str]:
    """How the days were counted; notices of before these facts were kept do not say."""
    said = counted_by(t.language, about.get("holidays"), about.get("time_zones") or ())
    return [said] if said else []
