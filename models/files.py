"""Files that people handed in; the bytes lie in the data folder under their own hash."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.scoped import BranchScoped


class StoredFile(BranchScoped, Base):
    """A file's name and kind as handed in; `sha256` names its bytes (`files/<sha256>`).

    organisation_id: the applicant that handed it in; None for an office's.
    """

    __tablename__ = "files"
    __table_args__ = (CheckConstraint("size > 0", name="not_empty"),)

    sha256: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(80), comment="told from the content, never from the name")
    size: Mapped[int] = mapped_column(comment="bytes")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    stored_at: Mapped[datetime]
    stored_by: Mapped[str] = mapped_column(String(80))
