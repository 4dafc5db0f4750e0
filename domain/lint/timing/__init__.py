"""When: dates, what follows what, reminders."""
