"""Whose an agreement is, what it covers, and on which day its list was accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from services.agreements.model import life
from services.agreements.model.agreement import Since
from services.agreements.model.signed_elsewhere import confirmed, to_be_confirmed
from services.agreements.model.tally import Share, Shares, profiles_of, share_of
from shared.scope import Cover
from tests.unit.agreements import things
from tests.unit.agreements.things import AT, CUSTOMER, TODAY, acceptance, version

LATER = AT + timedelta(days=3)


def test_those_who_may_answer_are_the_entry_and_who_stands_behind_it_each_once() -> None:
    assert things.draft().customer_ids == ("org_c",)
    behind = replace(things.draft(), addressed_to="org_before")
    assert behind.customer_ids == ("org_before", "org_c")


def test_a_list_is_accepted_on_the_day_of_the_last_word_of_both() -> None:
    one = life.accepted(things.offered(), version(), acceptance("controller", version()))
    assert one.list_accepted_on is None
    word = replace(acceptance("processor", version()), at=LATER)
    assert life.accepted(one, version(), word).list_accepted_on == LATER.date()


def test_an_amendment_to_come_counts_for_the_day_of_the_list_and_one_that_waits_does_not() -> None:
    assert things.amended().list_accepted_on == TODAY
    of = version(2, deletion_days=60, effective_from="2027-03-01")
    waits = life.amended(things.active(), of, AT, things.LAPSES)
    words = [replace(acceptance(party, of), at=LATER) for party in ("controller", "processor")]
    one = life.accepted(waits, of, words[0])
    assert one.list_accepted_on == TODAY
    both = life.accepted(one, of, words[1])
    assert both.scheduled is not None
    assert both.list_accepted_on == LATER.date()


def test_an_agreement_covers_from_its_first_day_until_the_day_after_its_end() -> None:
    ahead = things.active(effective_from="2027-03-01")
    assert ahead.cover == Cover(("case-system",), date(2027, 3, 1), None)
    ended = replace(things.active(), ended_on=date(2026, 12, 31), ends_on=None)
    assert ended.cover == Cover(("case-system",), None, date(2027, 1, 1))


def test_terms_are_recorded_once_and_what_never_counted_is_not() -> None:
    assert life.recorded(things.draft(), 7).history == ()
    first = life.recorded(replace(things.active(), history=()), 7)
    group = first.group
    assert group is not None
    assert first.history == (Since(7, group.key, group.terms, first.cover),)
    assert life.recorded(first, 8) is first


def test_who_confirms_has_signed_unless_somebody_had_for_the_customer() -> None:
    of = version()
    word = replace(acceptance("controller", of), name="Confirms")
    for signed in ((), (acceptance("controller", of),)):
        waits = to_be_confirmed(
            replace(things.active(), acceptances=(acceptance("processor", of), *signed)), None
        )
        names = [each.name for each in confirmed(waits, word, CUSTOMER).acceptances]
        assert names == (["N", "N"] if signed else ["N", "Confirms"])


def test_profiles_are_counted_unless_an_earlier_software_counted() -> None:
    share = share_of(things.active())
    assert share is not None
    [profile] = profiles_of([share])
    assert Shares((share,)).profiles() == {profile: 1}
    assert Shares((share,), profiled=False).profiles() == {}
    other = profiles_of([Share(share.key, replace(share.cover, products=("mail",)))])[0]
    assert len(profile.id) == len(other.id) == 20
    assert profile.id != other.id
