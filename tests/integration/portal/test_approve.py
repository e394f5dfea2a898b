"""A second person approves by the link in a mail: signed in, in their own name, and nobody else."""

from __future__ import annotations

import hmac
import re
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.test import Client

from services.identity.api.cookies import RETURN, SESSION
from services.identity.clients import Written
from services.identity.model.people import Membership
from services.identity.model.returning import return_path
from services.portal.pages import LANGUAGES
from tests.integration.portal.answers_by_link import words_of
from tests.integration.registry.test_persons_approve import (
    Office,
    Somebody,
    always,
    office,
    other_office,
)
from tests.people import deps_of, posted
from tests.stack import Stack

__all__ = ["office", "other_office"]
JUSTIFICATION = {"justification": "Insolvent."}


def email_of(who: Somebody) -> str:
    person = deps_of(who.stack).people.find(who.id)
    assert person is not None
    return person.email


def mail_to(who: Somebody) -> Written:
    """The mail that leaves now, to this person."""
    [(kind, letter)] = posted(who.stack).to(email_of(who))
    assert kind == "approval_asked"
    return letter


def waits(office: Office) -> tuple[str, str]:
    """An emergency that Bo has prepared: its path, and the link in Cleo's mail."""
    path = office.drafted(office.bo)
    office.bo.must("POST", f"{path}/emergency", JUSTIFICATION)
    return path, urlsplit(mail_to(office.cleo).url).path


def field(page: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return found[1].replace("&#34;", '"').replace("&quot;", '"')


def sign_in(stack: Stack, browser: Client, email: str) -> Any:
    """By a link in a mail; the answer that leads on."""
    form = {"form": field(browser.get("/identity/sign-in"), "form"), "email": email}
    assert browser.post("/identity/sign-in", data=form).status_code == 202
    link = f"/identity/sign-in/{posted(stack).token_to(email)}"
    return browser.post(link, data={"form": field(browser.get(link), "form")})


def signed_in(who: Somebody) -> Client:
    browser = Client(who.stack.wsgi)
    assert sign_in(who.stack, browser, email_of(who)).status_code == 303
    return browser


def press(browser: Client, link: str, **more: str) -> Any:
    page = browser.get(link)
    form = {"form": field(page, "form"), "seen": field(page, "seen")}
    return browser.post(link, data={**form, **more})


def demote(who: Somebody) -> None:
    """A reader from now on."""
    deps = deps_of(who.stack)
    person = deps.people.member(who.org_id, who.id)
    reader = Membership(**{**vars(who.membership()), "roles": ("reader",)})
    deps.mongo.transact(
        lambda session: deps.people.replace(person.with_membership(reader), session)
    )


def status(office: Office, path: str) -> str:
    return str(office.ada.must("GET", path)["status"])


def test_from_the_mail_by_signing_in_to_the_announcement(office: Office) -> None:
    path, link = waits(office)
    browser = Client(office.vendor.stack.wsgi)

    barred = browser.get(f"{link}?lang=en")
    assert "Sign in first" in barred.text
    way = re.search(r'href="(/sign-in[^"]*next[^"]*)"', barred.text)
    assert way
    browser.get("/identity" + way[1].replace("&amp;", "&"))
    back = sign_in(office.vendor.stack, browser, email_of(office.cleo))
    assert (back.status_code, back.headers["Location"]) == (303, f"{link}?lang=en")
    assert browser.get_cookie(RETURN) is None

    text = words_of(browser.get(back.headers["Location"]).text)
    for told in ("signed in as Cleo", "Prepared by", "Bo", "Insolvent.", f"Mail of {office.bo.id}"):
        assert told in text, told
    done = press(browser, link)
    assert (done.status_code, done.headers["Location"]) == (303, link)
    assert status(office, path) == "announced"
    change = office.ada.must("GET", path)
    assert change["emergency"]["approved_by"] == [office.cleo.id]
    after = browser.get(link)
    assert "approved and announced" in after.text
    assert "<form" not in after.text


def test_the_mail_says_who_prepared_what_and_goes_to_all_who_may_and_to_no_other(
    office: Office,
) -> None:
    path = office.drafted(office.bo)
    office.bo.must("POST", f"{path}/emergency", JUSTIFICATION)
    post = posted(office.vendor.stack)

    told = {
        who: len(post.to(email_of(getattr(office, who)))) for who in ("ada", "bo", "cleo", "dan")
    }
    assert told == {"ada": 1, "bo": 0, "cleo": 1, "dan": 0}
    [(_, letter)] = post.to(email_of(office.cleo))
    assert (letter.data["by"], letter.data["emergency"]) == ("Bo", True)
    [change] = letter.data["changes"]
    assert change["sub_processor"]["legal_name"] == f"Mail of {office.bo.id}"
    assert letter.to["name"] == "Cleo"


def test_where_everything_needs_two_the_preparer_asks_once_for_what_is_written(
    office: Office,
) -> None:
    always(office)
    path = office.drafted(office.bo)
    assert posted(office.vendor.stack).to(email_of(office.cleo)) == []

    asked = [office.bo.must("POST", f"{path}/request-approval")["asked"] for _ in range(2)]
    assert asked == [2, 2]
    link = urlsplit(mail_to(office.cleo).url).path
    browser = signed_in(office.cleo)
    assert "Emergency" not in browser.get(link).text
    assert press(browser, link).status_code == 303
    assert status(office, path) == "announced"


def wait_together(office: Office) -> tuple[list[str], str]:
    """Two drafts of Bo's, asked about together: their paths, and the link in Cleo's mail."""
    paths = [office.drafted(office.bo) for _ in range(2)]
    ids = [path.rpartition("/")[2] for path in paths]
    asking = f"{office.vendor.path}/changes/request-approval"
    assert office.bo.must("POST", asking, {"change_ids": ids})["asked"] == 2
    letter = mail_to(office.cleo)
    assert len(letter.data["changes"]) == 2
    return paths, urlsplit(letter.url).path


def test_one_press_approves_all_that_are_announced_together(office: Office) -> None:
    always(office)
    paths, link = wait_together(office)
    browser = signed_in(office.cleo)
    text = words_of(browser.get(f"{link}?lang=en").text)
    assert "prepared these 2 changes" in text
    assert text.count("Another reason") == 0
    assert press(browser, link).status_code == 303

    told = [office.ada.must("GET", path) for path in paths]
    assert [change["status"] for change in told] == ["announced"] * 2
    assert len(told[0]["together"]) == 2
    assert "approved and announced" in browser.get(f"{link}?lang=en").text


def test_the_same_changes_in_another_order_are_one_mail(office: Office) -> None:
    always(office)
    ids = [office.drafted(office.bo).rpartition("/")[2] for _ in range(2)]
    asking = f"{office.vendor.path}/changes/request-approval"
    for order in (ids, ids[::-1]):
        assert office.bo.must("POST", asking, {"change_ids": order})["asked"] == 2
    assert len(mail_to(office.cleo).data["changes"]) == 2


def test_a_revision_of_a_change_that_is_not_approved_is_refused(office: Office) -> None:
    always(office)
    paths, _ = wait_together(office)
    ids = [path.rpartition("/")[2] for path in paths]
    body = {"change_ids": ids[:1], "revisions": {ids[0]: 1, ids[1]: 1}}
    refused = office.cleo.ask("POST", f"{office.vendor.path}/changes/approve", body)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/revisions")
    assert [status(office, path) for path in paths] == ["draft", "draft"]


def test_none_is_approved_where_one_was_edited_since_it_was_read(office: Office) -> None:
    always(office)
    paths, link = wait_together(office)
    browser = signed_in(office.cleo)
    opened = browser.get(link)
    office.bo.ask("PATCH", paths[1], {"reason": "Another reason"}, **{"If-Match": "*"})

    sent = browser.post(link, data={"form": field(opened, "form"), "seen": field(opened, "seen")})
    assert (sent.status_code, "Another reason" in sent.text) == (412, True)
    for seen in ('"r1"', "x y", '"r1" "r2" "r3"'):
        form = {"form": field(opened, "form"), "seen": seen}
        assert browser.post(link, data=form).status_code == 412
    assert [status(office, path) for path in paths] == ["draft", "draft"]


def test_changes_that_have_been_parted_are_approved_no_more(office: Office) -> None:
    always(office)
    paths, link = wait_together(office)
    browser = signed_in(office.cleo)
    office.bo.ask("DELETE", paths[1], **{"If-Match": "*"})
    assert browser.get(link).status_code == 404
    paths, link = wait_together(office)
    office.cleo.must("POST", f"{paths[0]}/approve")
    page = browser.get(f"{link}?lang=en")
    assert "no longer wait together" in page.text
    assert 'name="seen"' not in page.text
    assert status(office, paths[1]) == "draft"


def test_who_asks_where_nobody_else_approves_is_told_so(office: Office) -> None:
    only_bo = office.drafted(office.bo)
    demote(office.cleo)
    both = office.drafted(office.ada)
    office.bo.ask("PATCH", both, {"reason": "Other"}, **{"If-Match": "*"})

    refused = office.bo.ask("POST", f"{both}/request-approval")
    assert (refused.status_code, refused.json["code"]) == (409, "nobody-to-approve")
    assert office.bo.must("POST", f"{only_bo}/request-approval")["asked"] == 1


def test_a_forwarded_link_opens_nothing_to_whoever_is_not_there(
    office: Office, other_office: Office
) -> None:
    path, link = waits(office)
    name = f"Mail of {office.bo.id}"
    for browser in (Client(office.vendor.stack.wsgi), signed_in(other_office.cleo)):
        page = browser.get(link)
        sent = browser.post(link, data={"form": "x", "seen": "x"})
        for answer in (page, sent):
            assert name not in answer.text
            assert "<form" not in answer.text
    assert "You cannot see this change" in page.text
    assert status(office, path) == "draft"


def test_a_link_made_up_for_another_organisation_finds_no_such_change(
    office: Office, other_office: Office
) -> None:
    path, link = waits(office)
    browser = signed_in(other_office.cleo)
    other = link.replace(office.cleo.org_id, other_office.cleo.org_id)

    answer = browser.get(other)
    assert (answer.status_code, "There is no such change" in answer.text) == (404, True)
    session = browser.get_cookie(SESSION)
    assert session is not None
    proof = hmac.new(session.value.encode(), other.encode(), sha256).hexdigest()
    assert browser.post(other, data={"form": proof, "seen": "x"}).status_code == 404
    for broken in ("/approve/x/y/z", f"{link}%2F..%2Fx", link.replace("chg_", "chg_%00")):
        assert browser.get(broken).status_code in (400, 403, 404), broken
    assert status(office, path) == "draft"


def test_nobody_approves_their_own_change_by_the_link(office: Office) -> None:
    path, link = waits(office)
    browser = signed_in(office.bo)
    page = browser.get(link)
    assert "You have prepared this change yourself" in page.text
    assert "<form" not in page.text

    cleos = signed_in(office.cleo).get(link)
    stolen = browser.post(link, data={"form": field(cleos, "form"), "seen": field(cleos, "seen")})
    assert stolen.status_code == 403
    assert status(office, path) == "draft"


def test_whose_role_was_taken_away_reads_and_approves_nothing(office: Office) -> None:
    path, link = waits(office)
    browser = signed_in(office.cleo)
    before = browser.get(link)
    demote(office.cleo)

    sent = browser.post(link, data={"form": field(before, "form"), "seen": field(before, "seen")})
    assert (sent.status_code, "does not let you approve" in sent.text) == (409, True)
    assert status(office, path) == "draft"


def test_a_reader_and_who_was_faster_have_pages_of_their_own(office: Office) -> None:
    path, link = waits(office)
    cleo, ada = signed_in(office.cleo), signed_in(office.ada)
    opened = ada.get(link)
    assert "does not let you approve" in signed_in(office.dan).get(link).text
    assert press(cleo, link).status_code == 303

    late = ada.post(link, data={"form": field(opened, "form"), "seen": field(opened, "seen")})
    assert (late.status_code, "approved and announced" in late.text) == (409, True)
    office.bo.must("POST", f"{path}/withdraw", {"reason": "Not needed."})
    assert "has been withdrawn" in ada.get(link).text


def test_a_discarded_draft_has_a_page(office: Office) -> None:
    path, link = waits(office)
    assert office.bo.ask("DELETE", path, **{"If-Match": "*"}).status_code == 204

    answer = signed_in(office.cleo).get(link)
    assert (answer.status_code, "There is no such change" in answer.text) == (404, True)


def test_what_was_edited_since_it_was_read_is_not_approved(office: Office) -> None:
    path, link = waits(office)
    browser = signed_in(office.cleo)
    opened = browser.get(link)
    office.bo.ask("PATCH", path, {"reason": "Another reason"}, **{"If-Match": "*"})

    sent = browser.post(link, data={"form": field(opened, "form"), "seen": field(opened, "seen")})
    assert (sent.status_code, "Nothing was approved" in sent.text) == (412, True)
    assert "Another reason" in sent.text
    assert status(office, path) == "draft"


@pytest.mark.parametrize("attack", ["no field", "other value", "of another change", "cross-site"])
def test_no_foreign_page_approves(office: Office, attack: str) -> None:
    path, link = waits(office)
    browser, headers = signed_in(office.cleo), {}
    page = browser.get(link)
    form = {"form": field(page, "form"), "seen": field(page, "seen")}
    if attack == "no field":
        del form["form"]
    elif attack == "other value":
        form["form"] = "x" * 64
    elif attack == "of another change":
        office.bo.must("POST", f"{(other := office.drafted(office.bo))}/emergency", JUSTIFICATION)
        form["form"] = field(browser.get(link.rpartition("/")[0] + other[-37:]), "form")
    else:
        headers = {"Sec-Fetch-Site": "cross-site"}

    answer = browser.post(link, data=form, headers=headers)
    assert (answer.status_code, "Nothing was approved" in answer.text) == (403, True)
    assert status(office, path) == "draft"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/approve/a/b/c",
        "//evil.example/approve/a/b/c",
        "/\\evil.example",
        "/approve/a/b/c/../../../../x",
        "/approve/a/b/c?x=//evil.example",
        "/approve/a/b/c\r\nLocation: https://evil.example",
        "/approve/a/b/c\n",
        "/approve/a/../c",
        "javascript:alert(1)",
        "/sign-out",
    ],
)
def test_signing_in_leads_nowhere_else(office: Office, wanted: str) -> None:
    assert return_path(wanted) is None
    stack, browser = office.vendor.stack, Client(office.vendor.stack.wsgi)
    browser.get("/identity/sign-in", query_string={"next": wanted})
    assert browser.get_cookie(RETURN) is None

    browser.set_cookie(RETURN, "https://evil.example", secure=True, path="/")
    back = sign_in(stack, browser, email_of(office.dan))
    assert back.headers["Location"] == "/sign-in?lang=en"


def test_a_session_that_was_ended_signs_in_again(office: Office) -> None:
    _, link = waits(office)
    browser = Client(office.vendor.stack.wsgi)
    browser.set_cookie(SESSION, "x" * 43, secure=True, path="/")

    assert "Sign in first" in browser.get(f"{link}?lang=en").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_needs_no_script_and_speaks_one_language(office: Office, language: str) -> None:
    _, link = waits(office)
    page = signed_in(office.cleo).get(f"{link}?lang={language}")

    assert f'<html lang="{language}"' in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    assert ("Approve the change" in page.text) == (language == "en")
