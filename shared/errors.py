"""Domain errors: one class per reason, each with a stable ``code``; HTTP is decided elsewhere.

A service declares its own reasons beside the rule that raises them, as subclasses of the kinds
below. The class docstring is the title a caller reads; ``detail`` says what is wrong in this case
and what to do about it.

    DomainError
    ├── Malformed             400  the request cannot be read
    ├── Unauthenticated       401  who is asking?
    ├── Forbidden             403  this client may not ask that
    ├── NotFound              404  absent, or another organisation's
    ├── Conflict              409  not in this state
    ├── PreconditionFailed    412  somebody else changed it in between
    ├── TooLarge              413
    ├── UnsupportedMediaType  415
    ├── Invalid               422  readable, but the values are wrong
    ├── PreconditionRequired  428  say which version you saw
    ├── TooManyRequests       429
    └── Unavailable           503  try again later
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

_REGISTERED: dict[tuple[str, int], type[DomainError]] = {}


class DomainError(Exception):
    """The request could not be fulfilled."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    retry_after: ClassVar[int | None] = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Register a class that names a code, for ``registered``.

        One with a constructor of its own cannot be made of an answer, and is left out.
        """
        super().__init_subclass__(**kwargs)
        if "code" in vars(cls) and "__init__" not in vars(cls):
            _REGISTERED.setdefault((cls.code, cls.status), cls)

    def __init__(self, detail: str = "", *, context: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail or self.title())
        self.detail = detail or self.title()
        self.context = dict(context or {})

    @classmethod
    def title(cls) -> str:
        return (cls.__doc__ or "").strip().splitlines()[0]


class Malformed(DomainError):
    """The request cannot be read."""

    code, status = "malformed-request", 400


class Unauthenticated(DomainError):
    """The request carries no valid access token."""

    code, status = "unauthenticated", 401


class Forbidden(DomainError):
    """This client may not ask for this."""

    code, status = "forbidden", 403


class NotFound(DomainError):
    """There is no such thing, or it belongs to another organisation."""

    code, status = "not-found", 404


class Conflict(DomainError):
    """The state of the resource does not allow this."""

    code, status = "conflict", 409


class PreconditionFailed(DomainError):
    """The resource has changed since it was read; read it again and repeat the change."""

    code, status = "precondition-failed", 412


class TooLarge(DomainError):
    """The request body is too large."""

    code, status = "body-too-large", 413


class UnsupportedMediaType(DomainError):
    """The request body is of a kind that this route does not read."""

    code, status = "unsupported-media-type", 415


class Invalid(DomainError):
    """Some values are missing or wrong; each is listed under errors."""

    code, status = "invalid-values", 422

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Sequence[Mapping[str, str]] = (),
        context: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail, context=context)
        self.errors = [dict(error) for error in errors]


class PreconditionRequired(DomainError):
    """Send If-Match with the ETag of the version you read."""

    code, status = "precondition-required", 428


class TooManyRequests(DomainError):
    """Too many requests; wait as long as Retry-After says."""

    code, status, retry_after = "too-many-requests", 429, 5


class Unavailable(DomainError):
    """A part this needs does not answer at the moment; try again shortly."""

    code, status, retry_after = "temporarily-unavailable", 503, 2


# The kinds, by the status of what werkzeug, Flask, or another service answered.
KINDS: dict[int, type[DomainError]] = {
    kind.status: kind
    for kind in (
        Malformed,
        Unauthenticated,
        Forbidden,
        NotFound,
        Conflict,
        PreconditionFailed,
        TooLarge,
        UnsupportedMediaType,
        Invalid,
        PreconditionRequired,
        TooManyRequests,
        Unavailable,
    )
}


def registered(code: str, status: int) -> type[DomainError] | None:
    """The class that stands for this code; None for one that this process does not know."""
    return _REGISTERED.get((code, status))


def pointer_part(name: str) -> str:
    """The name of a member as a part of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def problem_at(pointer: str, code: str, detail: str) -> Invalid:
    """An ``Invalid`` about one member of the body, named by its JSON pointer (RFC 6901)."""
    return Invalid(detail, errors=[{"pointer": pointer, "code": code, "detail": detail}])
