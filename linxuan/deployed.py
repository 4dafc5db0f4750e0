"""What workers of an outer Prefect load: the flows, with this installation's database and mail host behind them."""

from functools import lru_cache

from flows.advancing import Steps
from flows.handle import Handle, install
from flows.orchestrated import advance_batch, advance_stage
