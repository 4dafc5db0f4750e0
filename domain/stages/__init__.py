"""The stage kinds. A new kind is one module here, one line in KINDS, and its page."""

from collections.abc import Mapping

from domain.definition import StageKind
from domain.stages.base import Facts, StageRules
from domain.stages.casework import RecommendRules, ReviewRules
from domain.stages.collect import CollectRules
from domain.stages.dated import DatedRules

__all__ = ["KINDS", "Facts", "StageRules"]

KINDS: Mapping[StageKind, StageRules] = {
    StageKind.COLLECT: CollectRules("收集"),
    StageKind.DECLARE: DatedRules("申报"),
    StageKind.REVIEW: ReviewRules("初审"),
    StageKind.RECOMMEND: RecommendRules("推荐报送"),
    StageKind.SCORE: DatedRules("专家评审"),
    StageKind.VISIT: DatedRules("现场核查"),
    StageKind.PUBLISH: DatedRules("公示公布"),
}
"""Kinds with DatedRules open and close at their dates; nobody owes anything in them yet."""
