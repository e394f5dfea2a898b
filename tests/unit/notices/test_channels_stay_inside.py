"""What one channel is called stands in its folder, in its own engine, and nowhere else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.notices.channels import BY_ADDRESS, CHANNELS

NOTICES = Path(__file__).parents[3] / "services" / "notices"
PACKAGE = "services.notices.channels."
# The engines and doors that a channel has of its own, and the composition root.
OWN = {
    "webhook": ("dispatcher/", "fan_out/"),
    "email": ("mail/", "api/bounces.py", "use_cases/bounces.py"),
}
ROOT = ("settings.py", "tasks.py", "wiring.py", "channels/__init__.py")
# Who else may know the channel, and why.
KNOWN = {
    ("email", "use_cases/answer_links.py"): "the link to answer is in mails alone",
    ("email", "use_cases/copies.py"): "what was answered by such a link is copied by mail",
    ("email", "use_cases/subscribers.py"): "who follows a public register does so by mail",
    ("email", "use_cases/questions.py"): "visitors ask by mail",
    ("email", "store/__init__.py"): "subscribers are erased with their mails",
    ("email", "use_cases/evidence.py"): "an address is verified by a link that was mailed there",
    ("email", "use_cases/notices.py"): "so it is here",
    ("webhook", "schemas/deliveries.py"): "endpoints show why their deliveries failed",
    ("webhook", "use_cases/sending_rules.py"): "the rules of sending are published",
}
NAMES = sorted(channel.name for channel in CHANNELS)


def files() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(NOTICES.rglob("*.py")):
        yield path.relative_to(NOTICES).as_posix(), ast.parse(path.read_text("utf-8"))


def imports(tree: ast.Module) -> set[str]:
    """The channels whose folders are imported."""
    modules: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            modules += [node.module, *(f"{node.module}.{it.name}" for it in node.names)]
        elif isinstance(node, ast.Import):
            modules += [it.name for it in node.names]
    inside = [each.removeprefix(PACKAGE) for each in modules if each.startswith(PACKAGE)]
    return {each.partition(".")[0] for each in inside} & set(NAMES)


def words(tree: ast.Module) -> set[str]:
    """Every word of names and strings, of which the names of channels may be one."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.update(node.value.replace(".", " ").replace("_", " ").split())
        elif isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            found.update(name.lower().split("_"))
    return found


def is_inside(channel: str, file: str) -> bool:
    own = (f"channels/{channel}/", *OWN.get(channel, ()), *ROOT)
    return file.startswith(own) or (channel, file) in KNOWN


@pytest.mark.parametrize("channel", NAMES)
def test_nobody_imports_a_channel_but_its_own_engine(channel: str) -> None:
    outside = [file for file, tree in files() if channel in imports(tree)]
    assert [file for file in outside if not is_inside(channel, file)] == []


def test_every_exception_is_needed() -> None:
    trees = dict(files())
    assert [each for each in KNOWN if each[0] not in imports(trees[each[1]])] == []


@pytest.mark.parametrize("channel", [it.name for it in BY_ADDRESS if it.name not in OWN], ids=str)
def test_a_channel_without_an_engine_is_not_even_named(channel: str) -> None:
    named = [
        file
        for file, tree in files()
        if channel in words(tree) and not file.startswith(f"channels/{channel}/")
    ]
    assert named == ["channels/__init__.py"]
