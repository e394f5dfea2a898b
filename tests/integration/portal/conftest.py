"""What tests of the pages of links share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.notices.post import Post
from tests.integration.portal.answers_by_link import PostOffice, post_office
from tests.stack import Stack


@pytest.fixture
def mails(stack: Stack) -> Iterator[PostOffice]:
    with post_office(stack, Post()) as office:
        yield office
