"""`linxuan demo`: the story of one batch against a real mail server, then its pages."""

import os
import shutil

import click
from rich.console import Console

from linxuan.database import open_database, prepare
from linxuan.demo import story
from linxuan.demo.cases import play_cases, story_of
from linxuan.demo.casting import cast, prefect_server
from linxuan.demo.data import add_people, load_presets
from linxuan.demo.mail_server import MailServer
from linxuan.demo.telling import Narrator, print_outcome
from linxuan.settings import Settings, load_settings
from linxuan.supervisor import supervise
from models.scope import Scope
from services.batches.context import get_batch

MAIL_FROM = "遴选系统（演示） <no-reply@linxuan.example>"
FOREIGN = ("LINXUAN_DATABASE_URL", "LINXUAN_BASE_URL", "LINXUAN_SECRET_KEY", "PREFECT_API_URL")


@click.command(help="演示：用真实的本机邮件服务器演一遍，再打开网页。")
@click.option("--port", type=int, default=8000, show_default=True, help="网页端口")
@click.option("--serve/--no-serve", default=True, help="演完后是否打开网页")
def demo(port: int, serve: bool) -> None:
    """Play the presets that have a scenario, print what happened, and serve unless told not to."""
    folder = load_settings().data_dir / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    mail = MailServer(folder / "mail")
    mail.start()
    try:
        settings = _settings(str(folder), port, mail.url)
        _perform(settings, Console(), mail)
        if serve:
            supervise(settings)
    finally:
        mail.stop()


def _settings(folder: str, port: int, smtp_url: str) -> Settings:
    """Return the settings of a demonstration; its children find them in the environment, too."""
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(
        LINXUAN_DEMO="1",
        LINXUAN_DATA_DIR=folder,
        LINXUAN_PORT=str(port),
        LINXUAN_SMTP_URL=smtp_url,
        LINXUAN_MAIL_FROM=MAIL_FROM,
        LINXUAN_MAIL_ALLOW="*.example",
        LINXUAN_MAIL_RATE="10000",
    )
    return load_settings()


def _perform(settings: Settings, console: Console, mail: MailServer) -> None:
    database = open_database(settings)
    try:
        with prefect_server(settings) as wait_for_prefect, console.status("准备演示数据……") as status:
            prepare(database, settings)
            codes = load_presets(database, settings.files)
            add_people(database, codes[0])
            status.update("等待 Prefect 服务启动……")
            wait_for_prefect()
            with cast(settings, database) as players:
                status.update("演示运行中……")
                for code in codes:
                    _play(players, code, console, mail)
                for code in codes:
                    _play_cases(players, code, console, settings)
    finally:
        database.dispose()


def _play_cases(players: story.Cast, code: str, console: Console, settings: Settings) -> None:
    """Play a batch with applicants up to where the clock stands; its mails go out like all others."""
    told = story_of(code)
    if told is None:
        return
    with players.database.read(Scope()) as session:
        console.rule(get_batch(session, code).title)
    definition, context = story.open_batch(players, code, Narrator(console, settings.zone))
    start = story.last_days(players.database, definition)
    end, words = play_cases(players.database, context, told, settings.files, start)
    players.outgoing.drain(lambda: end)
    Narrator(console, definition.zone)(end, f"{len(told.firms)} 家申报单位：{words}")


def _play(players: story.Cast, code: str, console: Console, mail: MailServer) -> None:
    definition = story.find_definition(players.database, code)
    if definition is None:
        return
    console.rule(definition.title)
    tell = Narrator(console, definition.zone)
    story.confirm_and_publish(players.database, code, tell)
    played = story.perform(players, code, definition, tell)
    story.set_clock(players.database, played.now)
    print_outcome(console, players.database, definition, played, mail.accepted)
