"""The door through which time enters: the clock, the sender, and Prefect, which shows and retries what they do."""
