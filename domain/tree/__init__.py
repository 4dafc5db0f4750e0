"""The tree of notices: what binds a batch that passes another one on, and what a change from above means for it."""
