"""While answers go to a mailbox that sends mails back, the vendor has to do something about it."""

from __future__ import annotations

from typing import Any

import pytest

from services.registry.todo.of_work import of_bounced_address

BACK = {"email": "a@v.example", "status": "5.1.1", "at": "2026-11-20T10:00:00Z"}
BEFORE, AFTER = "2026-11-19T10:00:00Z", "2026-11-21T10:00:00Z"
OTHER = {"name": "Bo", "position": "DPO", "email": "b@v.example"}
SAME = {**OTHER, "email": "a@v.example"}


def address(email: str, proved_at: str | None) -> dict[str, Any]:
    return {"email": email, "proved_at": proved_at}


@pytest.mark.parametrize(
    ("stated", "contacts", "is_due"),
    [
        (address("a@v.example", None), [], True),  # Its probe came back.
        (address("a@v.example", BEFORE), [], True),
        (address("a@v.example", BACK["at"]), [], True),
        (address("a@v.example", AFTER), [], False),  # It has answered since.
        (address("b@v.example", None), [], False),  # Another one is stated.
        (address("b@v.example", None), [SAME], True),  # Until it is proved, answers go here.
        (address("b@v.example", AFTER), [SAME], False),
        (None, [SAME, OTHER], True),
        (None, [OTHER, SAME], False),
        (None, [], False),
    ],
)
def test_it_is_due_while_answers_go_there(stated: Any, contacts: Any, is_due: Any) -> None:
    organisation = {"id": "org_1", "legal_name": "V ApS", "notice_address": stated,
                    "contacts": contacts}  # fmt: skip
    items = list(of_bounced_address(BACK, organisation))
    assert bool(items) is is_due
    assert [each.severity for each in items] == ["must"] * is_due
