"""Accounts of applicants: registering, the own page, approving, invitations, the list of direct ones."""

from portal.accounts import deciding, entering, invitations, listed, own, registering

BLUEPRINTS = tuple(part.blueprint for part in (registering, own, deciding, entering, invitations, listed))
"""What the portal registers."""
