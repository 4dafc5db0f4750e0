"""Opening the database that the settings name, and making it ready: schema, the log's chain, the instance's row."""

from sqlalchemy import Engine, inspect, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from domain.errors import RuleBroken
from linxuan.data_dir import prepare_folder
from linxuan.settings import Settings, SettingsError
from models import Instance
from models.migrations.run import is_current, upgrade
from models.scope import Scope
from models.session import Database
from services.audit import ensure_chain


def open_database(settings: Settings) -> Database:
    """Return the database of an installation; nothing is connected yet.

    Raises SettingsError when the data folder cannot be made.
    """
    try:
        prepare_folder(settings.data_dir)
    except OSError as error:
        raise SettingsError([f"数据目录 {settings.data_dir} 不能写入：{error.strerror}。"]) from error
    return Database(settings.database)


def prepare(database: Database, settings: Settings) -> None:
    """Bring a database to the newest schema and give it its instance; repeating it changes nothing.

    Raises SettingsError when a demo meets a database that is not a demo's, or the other way round, before anything is
    written; RuleBroken when the database does not answer.
    """
    _require_same_kind(database, settings)
    upgrade(database.engine)
    with database.write(Scope()) as session:
        ensure_chain(session)
        if session.get(Instance, 1) is None:
            session.add(Instance(id=1, instance_id=settings.instance(), is_demo=settings.demo))


def require_prepared(database: Database, settings: Settings) -> None:
    """Refuse to work on a database with another schema than this code's, or of the other kind.

    Raises RuleBroken, SettingsError.
    """
    _require_same_kind(database, settings)
    if not is_current(_reader(database)) or _instance(database) is None:
        raise RuleBroken("数据库结构不是最新，请先运行 linxuan migrate。", code="schema_not_current")


def _require_same_kind(database: Database, settings: Settings) -> None:
    instance = _instance(database)
    if instance is None or instance.is_demo == settings.demo:
        return
    if settings.demo:
        raise SettingsError(["这个数据库不是演示用的：请去掉 LINXUAN_DEMO，或换一个 LINXUAN_DATABASE_URL。"])
    raise SettingsError(["这个数据库是演示用的：请设置 LINXUAN_DEMO=1，或换一个 LINXUAN_DATABASE_URL。"])


def _instance(database: Database) -> Instance | None:
    """Return the instance's row; None when the database was never set up. Raises RuleBroken when it is away."""
    try:
        if not inspect(_reader(database)).has_table(Instance.__tablename__):
            return None
        with database.read(Scope()) as session:
            return _only(session)
    except OperationalError as error:
        raise RuleBroken("数据库连接不上，请检查 LINXUAN_DATABASE_URL 和数据库服务。", code="no_database") from error


def _only(session: Session) -> Instance | None:
    return session.scalars(select(Instance)).one_or_none()


def _reader(database: Database) -> Engine:
    return database.reader
