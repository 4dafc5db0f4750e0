"""Playing a batch ahead of time (模拟运行): the same services on a copy in memory, with a moving `now`.

Nothing here can send: mails are composed, claimed and marked as sent in the copy alone. So what was rehearsed is
what happens.
"""

from services.rehearsal.events import Event
from services.rehearsal.playing import Period, Rehearsal, rehearse_batch, rehearse_definition
from services.rehearsal.scenario import Happening, read_scenario

__all__ = ["Event", "Happening", "Period", "Rehearsal", "read_scenario", "rehearse_batch", "rehearse_definition"]
