"""Recommending within quotas: order, places, forwarding and recalling, receipt, shares of places, the parcel."""
