"""Changing a batch that runs: what is refused because it would take something away, and which dates move."""

from domain.changes.happened import Happened
from domain.changes.moving import Moved, moved_deadlines
from domain.changes.refusing import refused

__all__ = ["Happened", "Moved", "moved_deadlines", "refused"]
