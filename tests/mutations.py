"""Small changes of the functions of a module, one at a time: what a slip of a rule looks like.

A change has a name that says what it does, ``services.registry.clock.dates.f: a < b: Lt -> LtE``;
of equal ones in one function the second is named ``… (2)``. Docstrings, annotations and the
literal pieces of f-strings stay; so does what runs when a module is loaded: defaults, decorators
and tables, which golden tables decide.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any

_OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.USub: ast.UAdd,
    ast.Break: ast.Continue,
    ast.Continue: ast.Break,
}
_OPPOSITE = {"min": "max", "max": "min", "any": "all", "all": "any"}
# These run when a function is made, not when it is called, or do not run at all.
_LEFT_ALONE = {"annotation", "returns", "decorator_list", "defaults", "kw_defaults"}
_LONGEST = 90


@dataclass(frozen=True)
class Mutant:
    """One change: the lines whose tests may notice it, and the code of its module with it."""

    name: str
    lines: range
    code: CodeType


@dataclass(frozen=True)
class _Change:
    """Another value for a field of a node of the syntax tree."""

    node: ast.AST
    field: str
    value: Any
    words: str

    def compiled(self, tree: ast.Module, file: str) -> CodeType:
        """Compile the module with the change; the tree is afterwards as before."""
        before = getattr(self.node, self.field)
        setattr(self.node, self.field, self.value)
        ast.fix_missing_locations(self.node)
        try:
            return compile(tree, file, "exec", dont_inherit=True)
        finally:
            setattr(self.node, self.field, before)


def mutants_of(source: str, module: str, file: str) -> Iterator[Mutant]:
    """Yield every mutant of the functions of a module, in the order of its text."""
    tree, seen = ast.parse(source), Counter[str]()
    for function, name in _functions(tree, module):
        for statement in _statements(function):
            for change in _changes(statement):
                words = f"{name}: {change.words}"
                seen[words] += 1
                number = f" ({seen[words]})" if seen[words] > 1 else ""
                last = getattr(change.node, "end_lineno", 0) or 0
                lines = range(statement.lineno, max(last, statement.lineno) + 1)
                yield Mutant(words + number, lines, change.compiled(tree, file))


def _functions(holder: ast.AST, name: str) -> Iterator[tuple[ast.AST, str]]:
    """Yield the functions of a module and of its classes, without those inside functions."""
    for child in ast.iter_child_nodes(holder):
        if isinstance(child, ast.FunctionDef):
            yield child, f"{name}.{child.name}"
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{name}.{child.name}")


def _statements(holder: ast.AST) -> Iterator[ast.stmt]:
    """Yield the statements inside a function at whatever depth, without its docstring."""
    for child in ast.iter_child_nodes(holder):
        if isinstance(child, ast.stmt) and not _is_text(child):
            yield child
        if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from _statements(child)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _changes(node: ast.AST) -> Iterator[_Change]:
    """Yield the changes of a statement or expression, without those of statements inside it."""
    yield from _of_node(node)
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            piece = isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant)
            if (
                isinstance(child, ast.AST)
                and not isinstance(child, ast.stmt)
                and not (piece or field in _LEFT_ALONE)
            ):
                yield from _changes(child)


def _of_node(node: ast.AST) -> Iterator[_Change]:
    """Yield the changes of a node itself."""
    if isinstance(node, ast.Constant):
        for other in _other_values(node.value):
            yield _Change(node, "value", other, f"{_text(node)} -> {other!r}")
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.Return) and not _is_none(node.value):
        yield _Change(node, "value", _nothing(), f"{_text(node)} -> None")
    if isinstance(node, ast.Break | ast.Continue):
        new = _OTHER[type(node)]
        yield _Change(node, "__class__", new, f"{_text(node)} -> {new.__name__.lower()}")
    if isinstance(node, ast.Call):
        yield from _of_call(node)
    yield from _of_operators(node)
    yield from _of_conditions(node)


def _of_operators(node: ast.AST) -> Iterator[_Change]:
    """Yield a change of each operator that has a neighbour."""
    if isinstance(node, ast.Compare):
        for index, old in enumerate(node.ops):
            new = _OTHER[type(old)]()
            ops = [*node.ops[:index], new, *node.ops[index + 1 :]]
            yield _Change(node, "ops", ops, _operators(node, old, new))
    op = getattr(node, "op", None)
    if op is not None and type(op) in _OTHER:
        new = _OTHER[type(op)]()
        yield _Change(node, "op", new, _operators(node, op, new))


def _operators(node: ast.AST, old: ast.AST, new: ast.AST) -> str:
    return f"{_text(node)}: {type(old).__name__} -> {type(new).__name__}"


def _of_conditions(node: ast.AST) -> Iterator[_Change]:
    """Yield conditions turned round, where no other change does that."""
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=test):
            yield _Change(node, "operand", _not(test), f"{_text(node)} -> {_text(test)}")
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test) if _is_plain(test):
            yield _Change(node, "test", _not(test), f"{_text(test)} -> not {_text(test)}")
        case ast.comprehension(ifs=[test]) if _is_plain(test):
            yield _Change(node, "ifs", [_not(test)], f"{_text(test)} -> not {_text(test)}")


def _other_values(value: object) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1]
    return [f"XX{value}XX"] if isinstance(value, str) else []


def _not(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def _is_plain(test: ast.expr) -> bool:
    return isinstance(test, ast.Name | ast.Attribute | ast.Call | ast.Subscript | ast.NamedExpr)


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _nothing() -> ast.Constant:
    return ast.Constant(None)


def _of_call(call: ast.Call) -> Iterator[_Change]:
    """Each argument once as None and once left out; another function of the same shape."""
    callee = _text(call.func)
    if callee == "cast":
        return
    if isinstance(call.func, ast.Name) and callee in _OPPOSITE:
        new = ast.Name(_OPPOSITE[callee], ast.Load())
        yield _Change(call, "func", new, f"{_text(call)} -> {new.id}")
    fields: list[tuple[str, Sequence[ast.expr | ast.keyword]]] = [
        ("args", call.args),
        ("keywords", call.keywords),
    ]
    for field, arguments in fields:
        for index, argument in enumerate(arguments):
            before, after = arguments[:index], arguments[index + 1 :]
            words = f"{callee}({_text(argument)}"
            if nothing := _as_none(argument):
                yield _Change(call, field, [*before, nothing, *after], f"{words} -> None)")
            if len(arguments) > 1 or field == "keywords":
                yield _Change(call, field, [*before, *after], f"{words} left out)")


def _as_none(argument: ast.expr | ast.keyword) -> ast.expr | ast.keyword | None:
    """Return what gives None in the place of an argument; None if there is no such thing."""
    if isinstance(argument, ast.keyword):
        known = argument.arg is None or _is_none(argument.value)
        return None if known else ast.keyword(argument.arg, _nothing())
    return None if _is_none(argument) or isinstance(argument, ast.Starred) else _nothing()


def _text(node: ast.AST) -> str:
    """Write a node on one line, without two spaces in a row, shortened."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
