"""Changing a batch that runs: what it would set off is shown first, then it comes into force in one transaction."""
