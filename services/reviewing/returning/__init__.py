"""Returning cases for correction (退回补正)."""

from services.reviewing.returning.changing import call_off, extend_return
from services.reviewing.returning.giving import Return, give_back
from services.reviewing.returning.notices import CorrectionNotice, NoticeLine, correction_notice
from services.reviewing.returning.proposing import Proposed, proposed
from services.reviewing.returning.spots import Spot, spots

__all__ = [
    "CorrectionNotice",
    "NoticeLine",
    "Proposed",
    "Return",
    "Spot",
    "call_off",
    "correction_notice",
    "extend_return",
    "give_back",
    "proposed",
    "spots",
]
