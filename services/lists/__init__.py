"""How people want their lists: views that they keep under a name, and share."""
