"""The tree of notices: passing a batch on, being bound by the one above, hearing of its changes, counting upward."""
