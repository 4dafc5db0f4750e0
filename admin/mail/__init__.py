"""The outbox and the reminders that somebody must make by telephone."""
