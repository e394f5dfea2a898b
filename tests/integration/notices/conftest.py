"""A world with a receiver, on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.notices.app import create_app
from services.notices.channels.email import MailSettings
from shared.mongo import Mongo
from tests.integration.notices.asking import Door, Identity
from tests.integration.notices.engineer import Engineer
from tests.integration.notices.post import MailWorld, Post, mail_settings, make_mail_world, posting
from tests.integration.notices.world import Clock, Receiver, World, make_world, receiving, settings
from tests.vendor import Vendor


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def world(mongo: Mongo, receiver: Receiver) -> World:
    return make_world(mongo, receiver)


@pytest.fixture
def door(mongo_url: str, database_name: str) -> Door:
    """The app over HTTP, on a database of its own."""
    identity = Identity(Clock())
    app = create_app(settings(mongo_url, database_name), identity.transport(), identity.clock)
    return Door(app, identity)


@pytest.fixture
def open_world(door: Door, receiver: Receiver) -> World:
    """The world behind ``door``."""
    return make_world(door.app.extensions["art28.deps"].stores.mongo, receiver, door.identity.clock)


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def by_mail(mongo: Mongo, receiver: Receiver, post: Post) -> Iterator[MailWorld]:
    """A world with a mail server that takes everything."""
    with posting(post) as port:
        yield make_mail_world(mongo, receiver, post, mail_settings(port))


@pytest.fixture
def world_without_mail(mongo: Mongo, receiver: Receiver, post: Post) -> MailWorld:
    """No server is set, so no mail is ever sent."""
    return make_mail_world(mongo, receiver, post, MailSettings())


@pytest.fixture
def engineer(baseline: Vendor, receiver: Receiver) -> Engineer:
    client = baseline.customer("nordbo")
    # What was said of the agreement is told before there is an endpoint.
    baseline.stack.tell()
    baseline.stack.pass_time(seconds=1)
    return Engineer(baseline.stack, client, receiver)


@pytest.fixture
def stranger(baseline: Vendor, receiver: Receiver) -> Engineer:
    return Engineer(baseline.stack, baseline.customer("stranger"), receiver)
