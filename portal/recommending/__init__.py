"""Recommending on the portal (推荐与报送): the board, shares and dates, credit replies, the parcel."""

from portal.recommending import credit, declaring, dispatch, ordering, sending, shares, showing

BLUEPRINTS = tuple(part.blueprint for part in (showing, ordering, sending, declaring, credit, shares, dispatch))
"""What the portal registers."""
