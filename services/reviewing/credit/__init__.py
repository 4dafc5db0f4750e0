"""Credit checks by other departments (信用联审)."""

from services.reviewing.credit.deciding import Decision, credit_checks, decide, standing_hits
from services.reviewing.credit.replies import Imported, Reply, export, import_reply

__all__ = ["Decision", "Imported", "Reply", "credit_checks", "decide", "export", "import_reply", "standing_hits"]
