"""What the demonstration prints: the story as it goes, and at the end what the mail server really took."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from domain.definition import Definition
from domain.instants import WEEKDAYS, describe, local_day
from linxuan.demo.mail_server import Accepted
from linxuan.demo.story import Played
from models import Duty, Unit
from models.scope import Scope
from models.session import Database
from services.calendar import official_calendar


class Narrator:
    """Prints each sentence of the story with its instant."""

    def __init__(self, console: Console, zone: ZoneInfo) -> None:
        self._console = console
        self._zone = zone

    def __call__(self, at: datetime, sentence: str) -> None:
        """Print one sentence."""
        self._console.print(f"[cyan]{describe(at, self._zone)}[/cyan]  {sentence}", highlight=False, soft_wrap=True)


def print_outcome(
    console: Console, database: Database, definition: Definition, played: Played, accepted: Sequence[Accepted]
) -> None:
    """Print what the mail server accepted day by day, and who had not answered after the cut-off."""
    console.print(_mail_table(definition, accepted))
    calendar = official_calendar()
    off = sum(not calendar.is_working(local_day(mail.sent_at, definition.zone)) for mail in accepted)
    console.print(f"邮件服务器共收到 {len(accepted)} 封邮件，其中休息日 {off} 封。")
    runs = played.orchestrated + played.direct
    console.print(f"共推进 {runs} 次：经 Prefect {played.orchestrated} 次，直接 {played.direct} 次。")
    missing = _missing(database, played)
    console.print(f"截止后未报送名单（{len(missing)} 个单位）：{'、'.join(missing) or '无'}", soft_wrap=True)


def _mail_table(definition: Definition, accepted: Sequence[Accepted]) -> Table:
    table = Table(title="邮件服务器实际收到的邮件", title_justify="left")
    for heading in ("日期", "邮件", "封数"):
        table.add_column(heading, justify="right" if heading == "封数" else "left")
    counted = Counter(
        (local_day(mail.sent_at, definition.zone), mail.subject.partition("】")[2] or mail.subject)
        for mail in accepted
    )
    for (day, subject), number in sorted(counted.items()):
        table.add_row(f"{day.isoformat()} 周{WEEKDAYS[day.weekday()]}", subject, str(number))
    return table


def _missing(database: Database, played: Played) -> list[str]:
    with database.read(Scope()) as session:
        names = (
            select(Unit.code, Unit.name)
            .join(Duty, Duty.unit_id == Unit.id)
            .where(Duty.batch_id == played.batch_id, Duty.settled_as.is_(None), Duty.due_at <= played.now)
            .distinct()
            .order_by(Unit.code)
        )
        return [name for _, name in session.execute(names)]
