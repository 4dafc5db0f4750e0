"""What the commands share: the open database, who acts on the command line, and JSON on stdout."""

import getpass
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import click

from domain.access import Actor, Role
from linxuan.database import open_database, require_prepared
from linxuan.settings import Settings, load_settings
from models.session import Database


@dataclass(frozen=True, slots=True)
class Installation:
    """The settings and the database that they name."""

    settings: Settings
    database: Database


@contextmanager
def installation(*, prepared: bool = True) -> Iterator[Installation]:
    """Yield the installation that the environment describes.

    prepared: refuse a database that is not set up or not at this code's schema.
    Raises SettingsError, RuleBroken.
    """
    settings = load_settings()
    database = open_database(settings)
    try:
        if prepared:
            require_prepared(database, settings)
        yield Installation(settings, database)
    finally:
        database.dispose()


def operator() -> Actor:
    """Return who acts: the system, under the name of the person at the terminal."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "?"
    return Actor(f"命令行（{name}）", Role.SYSTEM)


def print_json(document: Mapping[str, object]) -> None:
    """Print one JSON document, the only thing on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
