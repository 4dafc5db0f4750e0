"""What people look at: read models of a batch, each a number of queries that its size does not change."""
