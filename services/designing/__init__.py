"""The designer: a working copy of a definition, changed step by step, and what comes of it (工作稿)."""
