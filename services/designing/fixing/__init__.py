"""The fixes of each kind of finding: what could be changed, and what the change would do."""
