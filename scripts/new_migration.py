"""Write the migration from the last revision to the models of today: `python -m scripts.new_migration WORDS`."""

import sys
import tempfile
from pathlib import Path

from alembic import command

from models.migrations.run import config, upgrade
from models.session import Database


def main(words: str) -> None:
    """Compare the models with a database at the last revision and write the difference as a numbered file."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'empty.db'}")
        upgrade(database.engine)
        settings = config()
        number = (
            len(list((Path(str(settings.get_main_option("script_location"))) / "versions").glob("[0-9]*.py"))) + 1
        )
        with database.engine.begin() as connection:
            settings.attributes["connection"] = connection
            command.revision(settings, message=words, autogenerate=True, rev_id=f"{number:04d}")
        database.dispose()


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]) or "change")
