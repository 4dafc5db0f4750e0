"""Changing a batch that runs: the consequences first, then the act."""
