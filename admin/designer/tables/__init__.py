"""The pages of quotas, stages and units, each a table of its own."""
