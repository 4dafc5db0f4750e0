"""The registry of titles (示范名单库): earlier winners under every name, and what a change means for duties."""

from services.titles.changing import Change, move_title, rename_title, withdraw_title
from services.titles.finding import TitlePage, Wanted, find_titles, get_title, titles_to_change
from services.titles.registering import Added, NewTitle, add_titles

__all__ = [
    "Added",
    "Change",
    "NewTitle",
    "TitlePage",
    "Wanted",
    "add_titles",
    "find_titles",
    "get_title",
    "move_title",
    "rename_title",
    "titles_to_change",
    "withdraw_title",
]
