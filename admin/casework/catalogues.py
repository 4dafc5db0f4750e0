"""模式目录: the catalogues that were loaded, their versions, and what notices call the same mode over the years."""

from flask_admin import expose

from admin.casework.words import STATES
from admin.progress.page import SEES, Page
from admin.typed import LARGEST_PAGE, argument, stable_key
from services.cases.reading import who_chose
from services.catalogues.versions import catalogue_of, get_version
from services.progress.casework.modes import all_versions, mode_table, names_of
from web import current
from web.guard import needs

LARGEST_VERSION = 100_000


class CataloguePages(Page):
    """Pages about catalogues of modes, of no single batch."""

    is_in_menu = True
    page_hint = "模式目录是通知附件中的模式及其要求。新版本只用于以后的批次，已发布的批次保留原版本。"

    @expose("/")
    @needs(SEES)
    def list_view(self) -> str:
        """Show every version of every catalogue."""
        rows, page = all_versions(current.db(), actor=current.actor(), page=argument("page", LARGEST_PAGE) or 1)
        return str(
            self.render(
                "admin/progress/catalogues.html",
                rows=rows,
                page=page,
                pager=lambda number: self.get_url(".list_view", page=number + 1),
            )
        )

    @expose("/held/<key>")
    @needs(SEES)
    def version_view(self, key: str) -> str:
        """Show one version: its modes with their criteria, and the words that it explains."""
        row = get_version(current.db(), stable_key(key), argument("version", LARGEST_VERSION))
        return str(self.render("admin/progress/catalogue.html", row=row, catalogue=catalogue_of(row)))

    @expose("/modes")
    @needs(SEES)
    def modes_view(self) -> str:
        """Show what each notice calls the same mode (S002-11)."""
        found = mode_table(current.db(), actor=current.actor(), page=argument("page", LARGEST_PAGE) or 1)
        return str(
            self.render(
                "admin/progress/modes.html",
                found=found,
                pager=lambda number: self.get_url(".modes_view", page=number + 1),
            )
        )

    @expose("/modes/<standard>")
    @needs(SEES)
    def chosen_view(self, standard: str) -> str:
        """Show who chose a mode over the years, whatever each notice calls it (S002-12)."""
        wanted = stable_key(standard)
        table = mode_table(current.db(), actor=current.actor())
        found = who_chose(current.db(), wanted, actor=current.actor(), page=argument("page", LARGEST_PAGE) or 1)
        return str(
            self.render(
                "admin/progress/chosen.html",
                found=found,
                standard=wanted,
                names=names_of(table.rows, wanted),
                states=STATES,
                pager=lambda number: self.get_url(".chosen_view", standard=wanted, page=number + 1),
            )
        )
