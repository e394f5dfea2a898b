"""The page that the link in the mail of a notice opens, in every state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.visits import Visit, check
from tests.integration.portal.answers_by_link import (
    Page as Link,
)
from tests.integration.portal.answers_by_link import (
    PostOffice,
    mailed_customer,
)
from tests.vendor import Vendor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SPECIFIC: dict[str, Any] = {"silence": "refusal", "agreement": {"authorisation": "specific"}}


@dataclass
class Notice:
    """A customer that was mailed of changes, and the link of its contact."""

    vendor: Vendor
    mails: PostOffice
    customer: dict[str, Any] = field(default_factory=dict)
    changes: list[dict[str, Any]] = field(default_factory=list)

    def told(self, count: int = 1, **terms: Any) -> Link:
        self.customer = mailed_customer(self.vendor, **terms)
        self.changes = [self.vendor.draft(60) for _ in range(count)]
        ids = [change["id"] for change in self.changes]
        self.vendor.must("POST", "/changes/announce", {"change_ids": ids})
        return self.arrives()

    def arrives(self) -> Link:
        self.mails.run()
        return self.mails.link_to(self.customer["ida"])

    @property
    def path(self) -> str:
        """Of the first change, in its register."""
        return f"/changes/{self.changes[0]['id']}"

    def objected(self) -> Link:
        link = self.told()
        assert link.object(self.changes[0]["id"]).status_code == 303
        return link

    def answered(self, step: str, body: dict[str, Any]) -> Link:
        """Objected, and the vendor has taken this step."""
        link = self.objected()
        [objection] = self.vendor.must("GET", f"{self.path}/objections")["items"]
        path = f"/registry/v1/objections/{objection['id']}/{step}"
        self.vendor.stack.must(self.vendor.client, "POST", path, body)
        return link


@pytest.fixture
def notice(baseline: Vendor, mails: PostOffice) -> Notice:
    return Notice(baseline, mails)


def acknowledged(notice: Notice) -> Visit:
    link = notice.told()
    link.acknowledge()
    return Visit(link.path, "Kim Roe")


def approved(notice: Notice) -> Visit:
    link, person = notice.told(**SPECIFIC), {"name": "Kim Roe", "title": "CISO"}
    link.press("approve", change_ids=[notice.changes[0]["id"]], **person)
    return Visit(link.path, "Kim Roe")


def offered(notice: Notice) -> Visit:
    until = (notice.vendor.today + timedelta(10)).isoformat()
    link = notice.answered("offer-mitigation", {"text": "Kept in Sweden.", "respond_by": until})
    return Visit(link.path, "Kept in Sweden.")


def rejected(notice: Notice) -> Visit:
    return Visit(notice.answered("reject", {"reason": "It is needed."}).path, "It is needed.")


def late(notice: Notice) -> Visit:
    link = notice.told()
    notice.vendor.stack.pass_time(days=15)
    return Visit(link.path, "Your last day to object has passed")


def withdrawn(notice: Notice) -> Visit:
    link = notice.told()
    notice.vendor.must("POST", f"{notice.path}/withdraw", {"reason": "Not needed."})
    return Visit(link.path, "Not needed.")


def some_withdrawn(notice: Notice) -> Visit:
    link = notice.told(2)
    notice.vendor.must("POST", f"{notice.path}/withdraw", {"reason": "Not needed."})
    return Visit(link.path, "Not needed.")


def replaced(notice: Notice) -> Visit:
    link, stack, path = notice.told(), notice.vendor.stack, "/portal/v1/notice-contacts"
    seen = stack.ask(notice.customer, "GET", path).headers["ETag"]
    new = {"contacts": [{"name": "New", "position": "DPO", "email": "new@nordbo.test"}]}
    stack.ask(notice.customer, "PUT", path, new, headers={"If-Match": seen})
    return Visit(link.path, "other contacts")


def ended(notice: Notice) -> Visit:
    link, stack = notice.told(), notice.vendor.stack
    path = f"/portal/v1/agreements/{notice.customer['agreement_id']}/terminate"
    today = notice.vendor.today.isoformat()
    stack.must(notice.customer, "POST", path, {"effective_on": today, "reason": "We leave."})
    stack.settle()
    return Visit(link.path, "has ended")


def lacks_all(notice: Notice) -> Visit:
    """Sent past the browser's own check, as by an old one."""

    def press(page: Page) -> None:
        page.locator("summary", has_text="bject").or_(page.locator("summary").nth(1)).first.click()
        form = page.locator("form:has(input[value=object])")
        form.evaluate("form => form.setAttribute('novalidate', '')")
        form.locator("button").click()

    return Visit(notice.told().path, "Write your name", then=press)


# By name: how each state comes to be.
STATES: dict[str, Callable[[Notice], Visit]] = {
    "open": lambda notice: Visit(notice.told().path, "Mailer Inc."),
    "open-several": lambda notice: Visit(notice.told(3).path, "Mailer Inc."),
    "open-specific": lambda notice: Visit(notice.told(**SPECIFIC).path, "Approve"),
    "acknowledged": acknowledged,
    "approved": approved,
    "objected": lambda notice: Visit(notice.objected().path, "Not with our data."),
    "offered": offered,
    "rejected": rejected,
    "late": late,
    "withdrawn": withdrawn,
    "some-withdrawn": some_withdrawn,
    "replaced": replaced,
    "ended": ended,
    "unknown": lambda _: Visit("/respond/x.1.2027-01-01.y", "This link does not work"),
    "lacks-all": lacks_all,
}


@pytest.mark.parametrize("state", STATES)
def test_everybody_can_read_and_use_the_page(state: str, notice: Notice, open_page: Open) -> None:
    check(f"respond-{state}", lambda: STATES[state](notice), open_page)
