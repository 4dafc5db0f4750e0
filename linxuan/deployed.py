"""What workers of an outer Prefect load: the flows, with this installation's database and mail host behind them."""

from flows.advancing import Steps
from flows.handle import Handle, install
from flows.orchestrated import advance_batch, advance_stage
from linxuan.commands.shared import Installation
from linxuan.database import open_database, require_prepared
from linxuan.settings import load_settings
from linxuan.timekeeping import Sending

__all__ = ["advance_batch", "advance_stage"]


def _handle() -> Handle:
    settings = load_settings()
    here = Installation(settings, open_database(settings))
    require_prepared(here.database, settings)
    return Handle(Steps(here.database), send=Sending(here).for_a_flow, started=_nobody_waits, done=_nobody_waits)


def _nobody_waits(_: object) -> None:
    """Do nothing: a run that was started from outside is watched in Prefect."""


install(_handle())
