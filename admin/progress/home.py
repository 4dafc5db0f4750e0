"""工作台: the first page of the backoffice, with every batch, what waits for a person, and the mails of the week."""

from flask_admin import expose

from admin.home import ENTRY, Home
from admin.typed import LARGEST_PAGE, argument
from domain.access import Action, may
from services.progress.overview import overview
from web import current
from web.guard import needs


class Overview(Home):
    """The home. Instants are shown in the site's zone, since batches may have several."""

    page_hint = "各批次下一个时间节点、未报情况，以及需要人工处理的事项。"

    def is_visible(self) -> bool:
        """Tell whether the menu names this page: the way into the backoffice leads here already."""
        return False

    @expose("/")
    @needs(*ENTRY)
    def index(self) -> str:
        """Show the batches and what waits."""
        found = overview(current.db(), current.now(), argument("page", LARGEST_PAGE) or 1)
        return str(
            self.render(
                "admin/progress/home.html",
                found=found,
                may_begin=may(current.actor(), Action.EDIT_DEFINITION),
                pager=lambda page: self.get_url(".index", page=page + 1),
            )
        )
