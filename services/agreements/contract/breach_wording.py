"""Whether a text lets the time to tell of a breach begin only when the processor confirms it.

Art. 33(2) GDPR lets it begin when the processor becomes aware, which the EDPB reads as a reasonable
degree of certainty (Guidelines 9/2022); details may follow (Art. 33(4)). The rule reads English,
Danish and Swedish, one sentence at a time. It looks for words, so it can be wrong both ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from re import Match, Pattern

from services.agreements.contract.breach_words import (
    ABLE,
    AFTER_NOT,
    AWARE,
    AWARE_AT_A_TIME,
    BACK_TO_THE_TIME,
    BEFORE_ITS_SUBJECT,
    BREACH,
    BREACH_AHEAD,
    BREACH_BEHIND,
    BREACH_THAT,
    BY_THE_CUSTOMER,
    CERTAINTY,
    COMMA_WITHIN,
    CONFIRM,
    CONFIRMED,
    COUNTED,
    DETERMINE,
    DETERMINED,
    DIRECT_TRIGGERS,
    FOLLOWS,
    GOES_ON,
    HAVING,
    IDIOMS,
    IN_WRITING,
    INFINITIVE,
    MAIN_CLAUSE,
    NEW_SUBJECT,
    NO_MATTER,
    NOT_YET,
    OR_NOT,
    OTHER_AFTER,
    OTHER_BEFORE,
    PLACE,
    SEGMENTS,
    SENTENCE_ENDS,
    STATEMENTS,
    SUSPECTED,
    TELLING,
    TELLS_LATER,
    TRIGGERS,
)

FOUND = "found"
OPEN = "open"
LONGEST_CLAUSE = 22
# In characters, to either side of a word.
WINDOW = 500
NEAREST = 120


@dataclass(frozen=True)
class Reading:
    """``outcome``: ``found``, or ``open`` where people must read the sentence themselves."""

    outcome: str
    sentence: str


@lru_cache(maxsize=4_096)
def readings(text: str) -> tuple[Reading, ...]:
    """The sentences of ``text`` that let the time begin late, or may do so. Lists of agreements
    share most of their texts, so what was read is remembered."""
    return tuple(Reading(outcome, sentence)
                 for sentence, earlier in _sentences(text)
                 if (outcome := _outcome(_plain(sentence), _plain(earlier))))  # fmt: skip


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    """Each sentence, with all that the text says before it."""
    earlier = ""
    for sentence in re.split(SENTENCE_ENDS, text):
        if sentence.strip():
            yield sentence.strip(), earlier
            earlier = f"{earlier} {sentence}"[-WINDOW:]


def _plain(text: str) -> str:
    """In small letters, and without the idioms that only look like one of the words."""
    text = re.sub(r"\w{80,}", "", re.sub(r"\s+", " ", text.casefold()))
    for idiom, instead in IDIOMS:
        text = re.sub(idiom, instead, text)
    return text


def _outcome(sentence: str, earlier: str) -> str | None:
    carried = bool(BACK_TO_THE_TIME.search(sentence) and BREACH.search(earlier))
    if not (carried or (BREACH.search(sentence) and TELLING.search(sentence))):
        return None
    for stem, adjective, outcome in ((CONFIRM, CONFIRMED, FOUND), (DETERMINE, DETERMINED, OPEN)):
        for word in stem.finditer(sentence):
            near = _near(sentence, word, stem)
            if _delays(*near, adjective) and not _only_details(*near, earlier):
                return outcome
    return None


def _near(sentence: str, word: Match[str], stem: Pattern[str]) -> tuple[str, Match[str]]:
    """So much of the sentence as can matter to ``word``, so that a long one is read quickly."""
    start = max(0, sentence.rfind(" ", 0, max(0, word.start() - WINDOW)))
    near = sentence[start : word.end() + WINDOW]
    found = stem.match(near, word.start() - start)
    return near, found or word


def _delays(sentence: str, word: Match[str], adjective: Pattern[str]) -> bool:
    """Whether the time waits for what ``word`` says of the breach."""
    before, after = sentence[: word.start()], sentence[word.end() :]
    if not _about_it(_part(STATEMENTS, sentence, word)):
        return False
    if _other_thing(after) or _does_not_matter(before, word[0], after):
        return False
    if _is_adjective(before, word[0], after, adjective):
        return True
    if word[0].endswith("r") and BEFORE_ITS_SUBJECT.match(after):
        return False
    return _comes_first(before, after) or _is_condition(before)


def _about_it(statement: str) -> bool:
    """Whether it speaks of a breach, of telling, or goes on with what was said before."""
    return any(words.search(statement) for words in (BREACH, TELLING, GOES_ON))


def _other_thing(after: str) -> bool:
    """Whether the receipt of a letter, a procedure or a place is meant, and no breach."""
    return bool(OTHER_AFTER.match(after) or PLACE.match(after) or CERTAINTY.match(after))


def _does_not_matter(before: str, word: str, after: str) -> bool:
    """Whether a suspicion is enough, or the text says not to wait."""
    near = " ".join(before.split()[-10:])
    if OR_NOT.match(after) or SUSPECTED.search(f"{near} {word}{' '.join(after.split(' ')[:8])}"):
        return True
    return bool(NOT_YET.search(before) or (NO_MATTER.search(near) and not AFTER_NOT.search(near)))


def _is_adjective(before: str, word: str, after: str, adjective: Pattern[str]) -> bool:
    """“A confirmed breach”, “a breach (that is) confirmed”."""
    before = before[-NEAREST:]
    if BREACH_THAT.search(before):
        return True
    if not adjective.fullmatch(word) or HAVING.search(before):
        return False
    return bool(BREACH_AHEAD.match(after) or BREACH_BEHIND.search(before))


def _comes_first(before: str, after: str) -> bool:
    """“The processor verifies the breach before it tells the customer.”"""
    return bool(TELLS_LATER.match(after)) and not INFINITIVE.search(before)


def _is_condition(before: str) -> bool:
    """“When (once, after, from) … confirmed”."""
    if DIRECT_TRIGGERS.search(before[-NEAREST:]):
        return True
    return any(_reaches(before[trigger.end() :]) for trigger in TRIGGERS.finditer(before))


def _reaches(between: str) -> bool:
    """Whether the clause that a trigger opens still goes on after the words ``between``."""
    if len(between.split()) > LONGEST_CLAUSE or MAIN_CLAUSE.search(between):
        return False
    if INFINITIVE.search(between) and not ABLE.search(between):
        return False
    if OTHER_BEFORE.search(between) or BY_THE_CUSTOMER.search(between):
        return False
    return not (_is_closed(between) or NEW_SUBJECT.search(between))


def _is_closed(between: str) -> bool:
    """Two commas hold an aside; one ends the clause, unless a relative or a list follows."""
    without = COMMA_WITHIN.sub(" ", between)
    return between.count(",") % 2 == 1 == without.count(",") % 2 or " – " in between


def _only_details(sentence: str, word: Match[str], earlier: str) -> bool:
    """Whether the time begins with awareness and the confirmation only brings a report or a
    remedy (Art. 33(4))."""
    known = AWARE_AT_A_TIME.search(sentence) or AWARE_AT_A_TIME.search(earlier)
    if not known or COUNTED.search(_part(SEGMENTS, sentence, word)):
        return False
    if IN_WRITING.match(sentence[word.end() :]):
        return True
    aside = [each for each in SEGMENTS.split(sentence) if not AWARE.search(each)]
    if AWARE.search(_part(SEGMENTS, sentence, word)):
        last = list(AWARE.finditer(sentence[: word.start()]))[-1:]
        return bool(last and FOLLOWS.search(sentence[last[0].end() : word.start()]))
    return any(FOLLOWS.search(each) for each in aside)


def _part(borders: Pattern[str], sentence: str, word: Match[str]) -> str:
    """The part of the sentence between two borders that ``word`` stands in."""
    start = max((each.end() for each in borders.finditer(sentence, 0, word.start())), default=0)
    end = borders.search(sentence, word.end())
    return sentence[start : end.start() if end else len(sentence)]
