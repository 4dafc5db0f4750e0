"""The coordinator's pages about cases: other platforms, the tree of notices, places, parcels."""
