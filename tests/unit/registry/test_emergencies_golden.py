"""Every line of golden_emergencies.txt: whose days an emergency may shorten, and by how much."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.registry.clients import Bond, Receipt
from services.registry.model.changes import Change, Emergency, Group
from services.registry.model.gate import judge
from services.registry.model.register import FOREVER, Register, Row
from services.registry.model.scopes import Concerned
from services.registry.use_cases.notice_terms import counted_group
from services.registry.use_cases.standings import dates_of, owed_notices, standing
from shared.scope import Cover
from tests.unit.registry.golden import Case, rows
from tests.unit.registry.notice_terms import length, period

CASES = rows("golden_emergencies.txt")
NOON = "T10:00:00+00:00"
ONE = Concerned(1, 1, (Cover(),))


def terms(notice: str, objection: str, emergency: str, place: str) -> dict[str, Any]:
    notices, objections = notice.split("&"), objection.split("&")
    both = [
        {"notice": period(one), "objection": period(other)}
        for one, other in zip(notices, objections, strict=True)
    ]
    allowed = None if emergency == "-" else {"length": length(emergency)}
    return {**both[0], "also": both[1:], "holidays": place, "emergency": allowed}


def emergency_on(effective_on: date) -> Change:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Change("chg_1", "org_1", "add", "sub_1", effective_on, "Insolvent", at,
                  status="announced", recipients_version=1,
                  emergency=Emergency("Insolvent.", "cli_1", ("cli_1", "cli_2")))  # fmt: skip


def announced(case: Case) -> tuple[Register, Change, datetime]:
    given_on, notice, objection, emergency, place, effective_on, *_ = case
    at = datetime.fromisoformat(f"{given_on}{NOON}")
    register = Register("org_1", "vendor", "Vendor", "DK", "da", "Europe/Copenhagen", at)
    change = emergency_on(date.fromisoformat(effective_on))
    answer = {"key": "a", "terms": terms(notice, objection, emergency, place),
              "authorisation": "general"}  # fmt: skip
    group: Group = counted_group(register, at, answer, ONE, change, [(change.kind, ())])
    return register, replace(change, groups=(group,)), at


@pytest.mark.parametrize("case", CASES, ids=[" ".join((*case[:5], case[-1])) for case in CASES])
def test_the_days_of_the_table_follow_and_the_gate_opens_on_them(case: Case) -> None:
    deadline, earliest, _ = case[6:]
    register, change, at = announced(case)
    bond = Bond("agr_1", "active", Cover(), date(2026, 1, 1), None, False,
                ({"since_version": 1, "key": "a"},))  # fmt: skip
    row = Row("row_1", "org_1", "sub_1", 1, {}, change.effective_on, FOREVER, at, change.id)
    owed = owed_notices(change, [bond])

    def gate(receipt: Receipt, on: date) -> str:
        dates = dates_of(register, change, owed, {(change.id, "agr_1"): receipt})
        return judge([row], on, None, [standing(change, [bond], dates, None, False)]).reason_code

    [group] = change.groups
    sent = Receipt(at, None, None)
    dates = dates_of(register, change, owed, {(change.id, "agr_1"): sent})
    opens = date.fromisoformat(earliest)
    for days in ((group.objection_deadline, group.earliest_effective_on),
                 (dates.objection_deadline, dates.begins_on)):  # fmt: skip
        assert [str(day) if day else "-" for day in days] == [deadline, earliest]
    assert gate(sent, max(opens, change.effective_on)) == "told"
    assert gate(sent, date.fromordinal(opens.toordinal() - 1)) in ("days-not-over", "announced")
    unsent = Receipt(None, None, None)
    assert gate(unsent, date(2030, 1, 1)) == "emergency-not-sent"


def test_no_case_stands_twice() -> None:
    assert len({case[:6] for case in CASES}) == len(CASES)
