"""Cases on the portal: finding out, beginning, filling, papers, submitting, and reading them again."""

from portal.cases import beginning, filling, papers, showing, submitting

BLUEPRINTS = tuple(part.blueprint for part in (showing, beginning, filling, papers, submitting))
"""What the portal registers."""
