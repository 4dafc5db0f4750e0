"""All pages of this folder, as the backoffice installs them."""

from flask_admin import BaseView

from admin.progress.batch import BatchPages
from admin.progress.clock import install_clock
from admin.progress.hand_over import HandOverPages
from admin.progress.home import Overview
from admin.progress.units import UnitPages

__all__ = ["home_view", "install_clock", "progress_views"]


def home_view() -> BaseView:
    """Return the first page of the backoffice, at /admin/."""
    return Overview(
        name="工作台", endpoint="admin", url="/admin", menu_icon_type="ti", menu_icon_value="layout-dashboard"
    )


def progress_views(group: str) -> list[BaseView]:
    """Return the other pages: of batches, of units in them, and of the hand-over. group: its heading in the menu."""
    return [
        BatchPages(name="进度总览", endpoint="progress", url="progress"),
        UnitPages(name="单位进度", endpoint="unit_in_batch", url="units"),
        HandOverPages(
            name="交接",
            category=group,
            endpoint="hand_over",
            url="hand-over",
            menu_icon_type="ti",
            menu_icon_value="arrows-exchange",
        ),
    ]
