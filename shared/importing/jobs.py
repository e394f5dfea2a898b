"""What every import of a file has: its columns, and the refusals of uploads and answers."""

from __future__ import annotations

from dataclasses import dataclass

from shared.errors import Conflict, Invalid, TooManyRequests

MOST_UNDER_WAY = 5


class QuestionUnknown(Invalid):
    """There is no such open question in this import; read it again."""

    code = "question-unknown"


class AnswerUnfit(Invalid):
    """The answer does not fit the question; the detail says what does."""

    code = "answer-unfit"


class ImportNotReady(Conflict):
    """The file of this import has not been received as a whole."""

    code = "import-not-ready"


class TooManyImports(TooManyRequests):
    """Five of your imports are still being read; wait until one is done."""

    code, retry_after = "too-many-imports", 30


@dataclass(frozen=True)
class Column:
    """``member`` is what the column is read as; None when it is not read.

    ``asked``: the vendor has to say what it holds; ``guess`` and ``samples`` help to. Nothing of
    the file is read before. ``remembered``: it was answered in an earlier import.
    """

    name: str
    member: str | None
    asked: bool = False
    guess: str | None = None
    samples: tuple[str, ...] = ()
    remembered: bool = False
