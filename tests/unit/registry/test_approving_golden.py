"""Who may approve what another has prepared: the table that a lawyer can read, and the words."""

from __future__ import annotations

import pytest

from services.registry.model.approvals import (
    ApprovedByTheSameHand,
    Hands,
    PreparedByTheSameHand,
    Signatures,
    actor_of,
)
from shared.errors import DomainError
from tests.unit.registry.golden import Case, cases, listed, section

TABLE = "golden_approving.txt"


def actor(cell: str) -> str:
    name = cell.strip("*")
    return f"cli_{name}" if name.startswith("k") else f"per_{name}"


def hands(cell: str, four_eyes: str, *, persons: bool) -> Hands:
    """Keys as the table writes them: ``k1=k2`` one hand, ``k1:ab`` known to a and b."""
    of: dict[str, str] = {}
    known: dict[str, list[str]] = {}
    let_in: dict[str, list[str]] = {}
    one_with: dict[str, list[str]] = {}
    for word in [] if cell == "-" else cell.split():
        if ">" in word:
            inviter, invited = map(actor, word.split(">"))
            let_in.setdefault(invited, []).append(inviter)
            continue
        if "~" in word:
            one, other = map(actor, word.split("~"))
            one_with |= {one: [other], other: [one]}
            continue
        names, _, by = word.partition(":")
        keys = [actor(name) for name in names.split("=")]
        hand = next((of[key] for key in keys if key in of), keys[0])
        of |= dict.fromkeys(keys, hand)
        known.setdefault(hand, []).extend(map(actor, by))
    known_to = {key: known[hand] for key, hand in of.items()}
    may = [actor(each) for each in "abc"]
    return Hands(of, {}, four_eyes, known_to, persons, may, let_in, one_with)


def answer(case: Case, *, persons: bool) -> str:
    four_eyes, keys, change, prepared, approved, approves, *_ = case
    given = hands(keys, four_eyes, persons=persons)
    before = tuple(map(actor, listed(approved)))
    prepared_by = tuple(map(actor, listed(prepared)))
    urgent = change == "urgent"
    assert urgent == ("*" in prepared)
    try:
        Signatures(prepared_by, before, urgent).check(actor(approves), given)
        signed = Signatures(prepared_by, (*before, actor(approves)), urgent)
        return "announced" if signed.suffice(given) else "waiting"
    except DomainError as refusal:
        return refusal.code


@pytest.mark.parametrize("case", cases(TABLE, "persons"))
def test_where_there_are_persons_two_persons_answer_for_it(case: Case) -> None:
    assert answer(case, persons=True) == case[-2]


@pytest.mark.parametrize("case", cases(TABLE, "keys"))
def test_where_there_are_none_hands_of_keys_stand_for_persons(case: Case) -> None:
    assert answer(case, persons=False) == case[-2]


def test_the_table_has_every_answer() -> None:
    told = {case[-2] for title in ("persons", "keys") for case in section(TABLE, title)}
    by_one_hand = {f"{it}-by-the-same-hand" for it in ("let-in", "approved", "prepared")}
    refusals = {"approved-already", *by_one_hand}
    assert told == {"waiting", "announced", "person-needed", "not-an-approver", *refusals}


def test_the_same_hand_is_told_whose_approval_it_repeats() -> None:
    given = Hands({"cli_b": "hand_1", "cli_c": "hand_1"})
    with pytest.raises(ApprovedByTheSameHand) as refusal:
        Signatures((), ("cli_b",), urgent=True).check("cli_c", given)
    assert refusal.value.detail == (
        "cli_b has approved and counts as one with your client: one made the other, or renewed "
        "its secret. Have a person approve to whom the platform gave a client."
    )


def test_who_prepared_it_is_told_by_which_name() -> None:
    given = Hands(
        {"cli_k": "cli_k"}, known_to={"cli_k": ["per_a"]}, has_persons=True, may_approve=["per_a"]
    )
    with pytest.raises(PreparedByTheSameHand) as refusal:
        Signatures(("per_b", "cli_k"), (), urgent=False).check("per_a", given)
    assert refusal.value.detail == (
        "cli_k drafted or edited it, or asked for its emergency, and counts as one with you."
    )


def test_a_client_of_no_hand_on_record_is_one_of_its_own() -> None:
    assert not Hands({}).may_be_one("cli_a", "cli_b")
    assert Hands({}).may_be_one("cli_a", "cli_a")


@pytest.mark.parametrize(
    ("who", "kept"),
    [("per_a", {"person_id": "per_a", "name": "Ada"}), ("cli_a", {"client_id": "cli_a"})],
)
def test_an_approver_is_kept_by_id_and_name(who: str, kept: dict[str, str]) -> None:
    assert Hands({}, {"per_a": "Ada"}).approver(who) == kept
    assert actor_of(kept) == who


def test_an_approver_is_kept_with_the_title_that_the_organisation_gave() -> None:
    hands = Hands({}, {"per_a": "Ada", "per_b": "Bo"}, titles={"per_a": "Head of privacy"})
    kept = {"person_id": "per_a", "name": "Ada", "title": "Head of privacy"}
    assert hands.approver("per_a") == kept
    assert hands.approver("per_b") == {"person_id": "per_b", "name": "Bo"}
