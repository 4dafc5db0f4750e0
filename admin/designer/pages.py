"""All pages of the designer, as the pages of a batch take them in."""

from flask_admin import expose

from admin.designer.files import Files
from admin.designer.items.arranging import Arranging
from admin.designer.items.nodes import Nodes
from admin.designer.items.reminders import Reminders
from admin.designer.mending import Mending
from admin.designer.questions.pages import Questions
from admin.designer.starting import Starting
from admin.designer.stepping import Stepping
from admin.designer.tables.quotas import Quotas
from admin.designer.tables.stages import Stages
from admin.designer.tables.units import Units
from admin.designer.vouching import Vouching
from admin.designer.wording.pages import MailTexts
from domain.access import Action
from web.guard import needs


class Designer(
    Questions,
    MailTexts,
    Starting,
    Stages,
    Quotas,
    Units,
    Files,
    Reminders,
    Nodes,
    Arranging,
    Vouching,
    Mending,
    Stepping,
):
    """The designer with its outline."""

    @expose("/<code>/design")
    @needs(Action.EDIT_DEFINITION)
    def design_view(self, code: str) -> str:
        """Show all parts with their states, what to do next, and what the check found."""
        return self.draw("outline", self.opened(code), "", has_side=False)
