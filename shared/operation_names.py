"""Names of operations, made from their method and path: ``registry_announce_processor_change``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

VERBS = {"get": "get", "post": "create", "put": "set", "patch": "update", "delete": "delete"}
# Things whose last letter is no plural, and plurals of another form.
SINGULAR = {"people": "person", "evidence": "evidence", "metrics": "metrics", "jwks": "jwks"}


class Named(NamedTuple):
    """The id of an operation, unique in the whole API, and the same in words for people."""

    id: str
    sentence: str


def name_of(service: str, method: str, path: str, responses: Mapping[str, Any]) -> Named:
    """The name of the operation of a service.

    An action is what follows a thing in a POST that makes no new one: ``…/{id}/announce``.
    """
    *before, last = _nouns(path)
    verb = VERBS[method]
    if path.endswith("}"):
        last, verb = singular(last), "use" if method == "post" else verb
    elif method == "get":
        verb = "list" if _is_list(responses) else "get"
    elif method == "post" and "201" in responses:
        last = singular(last)
    elif method == "post" and before:
        verb, last = last, ""
    words = [verb, *before, *([last] if last else [])]
    text = " ".join(words).replace("-", " ").replace(".", " ").replace("_", " ")
    return Named("_".join((service, *text.split())), text[:1].upper() + text[1:])


def _nouns(path: str) -> list[str]:
    """The words of a path; a word with an id behind it names one thing, in the singular."""
    parts = [part for part in path.strip("/").split("/") if part not in ("v1", ".well-known")]
    nouns = []
    for part, after in zip(parts, [*parts[1:], ""], strict=True):
        if not part.startswith("{"):
            nouns.append(singular(part) if after.startswith("{") and part != parts[-1] else part)
    return nouns


def singular(word: str) -> str:
    """``companies`` → ``company``; a word that is no plural stays."""
    head, hyphen, tail = word.rpartition("-")
    if tail in SINGULAR:
        one = SINGULAR[tail]
    elif tail.endswith("ies"):
        one = f"{tail[:-3]}y"
    elif tail.endswith("sses"):
        one = tail[:-2]
    else:
        one = tail[:-1] if tail.endswith("s") and not tail.endswith("ss") else tail
    return f"{head}{hyphen}{one}"


def _is_list(responses: Mapping[str, Any]) -> bool:
    content = responses.get("200", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return name.startswith(("PageOf", "Items")) or name.endswith(("List", "Page", "Customers"))
