"""A template asks a module only for what the module has: Jinja takes a wrong name for nothing."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from jinja2 import nodes

from services.public.app import create_app
from tests.integration.public.conftest import settings
from tests.integration.public.fake_registry import FakeDocuments, FakeRegistry

APP = create_app(settings(), registry=FakeRegistry(), documents=FakeDocuments())
TEMPLATES = sorted((Path(str(APP.root_path)) / "templates").glob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=[path.name for path in TEMPLATES])
def test_every_name_that_a_template_asks_a_module_for_exists(template: Path) -> None:
    known = APP.jinja_env.globals
    asked = APP.jinja_env.parse(template.read_text("utf-8")).find_all(nodes.Getattr)
    missing = [
        f"{one.node.name}.{one.attr}"
        for one in asked
        if isinstance(one.node, nodes.Name)
        and isinstance(module := known.get(one.node.name), ModuleType)
        and not hasattr(module, one.attr)
    ]
    assert missing == []
