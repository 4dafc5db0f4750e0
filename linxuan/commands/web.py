"""`linxuan web`."""

import gc
import logging
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from linxuan.app import create_app
from linxuan.commands.shared import installation
from linxuan.database import prepare
from linxuan.settings import LOOPBACK, Settings, SettingsError

DRAIN_S = 30
COLLECT_AFTER = 20_000
"""New objects after which the collector looks for garbage, by default 700."""
SILENT_S = 120
"""A worker that says nothing for so long is replaced; long work does not run in a request."""


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no type information
    """Gunicorn, told everything in code; the app is built in each worker, so no connection is shared by a fork."""

    def __init__(self, settings: Settings, options: dict[str, object]) -> None:
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Take the options over."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the app of a worker."""
        app = create_app(self._settings)
        collect_less()
        return app


def collect_less() -> None:
    """Let the collector of garbage leave alone what stands now, and come less often.

    The app stays as long as its process, and a page makes some ten thousand objects that go by themselves.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)


@click.command(help="启动网页服务（gunicorn）。")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听的地址；在反向代理之后保持本机即可")
@click.option("--port", type=click.IntRange(1, 65535), help="监听的端口；默认为 LINXUAN_PORT")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="进程数")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="每个进程的线程数")
@click.option("--prepare", "prepares", is_flag=True, help="先建立数据库，或更新到最新结构")
def web(host: str, port: int | None, workers: int, threads: int, prepares: bool) -> None:
    """Serve the pages until told to end. Raises SettingsError, RuleBroken."""
    with installation(prepared=not prepares) as here:
        if prepares:
            prepare(here.database, here.settings)
        settings = here.settings.model_copy(update={"port": port or here.settings.port})
    if settings.demo and host not in LOOPBACK:
        raise SettingsError(["演示只能在本机使用：--host 须为 127.0.0.1 或 localhost。"])
    # Made before the workers are, so that they cannot disagree.
    settings.secret()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    Server(settings, _options(settings, host, workers, threads)).run()


def _options(settings: Settings, host: str, workers: int, threads: int) -> dict[str, Any]:
    address = f"[{host}]" if ":" in host else host
    return {
        "bind": f"{address}:{settings.port}",
        "worker_class": "gthread",
        "workers": workers,
        "threads": threads,
        "graceful_timeout": DRAIN_S,
        "timeout": SILENT_S,
        "forwarded_allow_ips": settings.forwarded_allow_ips,
        "proc_name": "linxuan-web",
        "control_socket_disable": True,
    }
