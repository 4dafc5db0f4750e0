"""Checking cases (初审) on the portal: a unit's list, the screen of one case, returns with their notices."""

from portal.reviews import deciding, listing, recording, returning, showing

BLUEPRINTS = tuple(part.blueprint for part in (listing, showing, recording, deciding, returning))
"""What the portal registers."""
