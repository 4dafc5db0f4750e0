"""The triggers behind `models.listing`, as the newest schema has them.

SQLite drops a table's triggers with the table: a migration that builds cases, case_lines, organisations or units anew
calls `drop` before and `create` after.
"""
# ruff: noqa: S608 - every statement is put together from constants of this module

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

LINES = "batch_id, unit_id, at_unit_id, category_key, state, submitted, title, is_out, drafted_by, words, code"
WATCHED = (
    "batch_id, unit_id, at_unit_id, organisation_id, category_key, title, state, source, created_by, version_no,"
    " submitted_at"
)
IS_OUT = "(c.version_no > 0 OR c.state NOT IN ('draft', 'withdrawn'))"
IS_FOUND = f"({IS_OUT} OR c.source = 'officer')"
"""What nobody but its applicant may read is in no index of words."""
SET_LINE = f"UPDATE case_lines SET ({LINES})"
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {most}) SELECT i FROM n"
BRANCHES = "id, branch_id, batch_id, at_unit_id, state, category_key, submitted, title"
GRAMS = "batch_id, gram, submitted, id"
LONGEST_WORDS = 402
"""Two names of 200 characters, a line each."""


@dataclass(frozen=True, slots=True)
class Saying:
    """How a database says the same; only ASCII letters get a lower case, so that both agree."""

    seconds: str
    exact: str
    newline: str

    def line(self, where: str) -> str:
        """Return the query of lines that cases ought to have, in the order of LINES."""
        lower = f"lower(c.title{self.exact}) || {self.newline} || lower(o.name{self.exact}) || {self.newline}"
        return f"""
            SELECT c.batch_id, c.unit_id, c.at_unit_id, c.category_key, c.state, coalesce({self.seconds}, 0),
                   CASE WHEN {IS_OUT} THEN c.title ELSE '' END, {IS_OUT},
                   CASE WHEN c.source = 'officer' THEN c.created_by ELSE '' END,
                   CASE WHEN {IS_FOUND} THEN {lower} ELSE '' END,
                   CASE WHEN {IS_FOUND} THEN coalesce(o.credit_code, '') ELSE '' END
            FROM cases c JOIN organisations o ON o.id = c.organisation_id WHERE {where}
        """

    def grams(self, row: str, most: str, source: str = "") -> str:
        """Return the query of the grams of lines, in the order of GRAMS.

        row: what a line is called, NEW or OLD in a trigger. most: how many characters its words have at most.
        source: the table that holds the lines; "" for a trigger's row.
        """
        numbers = NUMBERS.format(most=most)
        near, lines = (f", {source}", f"FROM {source}") if source else ("", "")
        backwards = " || ".join(f"substr({row}.code, {place}, 1)" for place in range(18, 0, -1))
        codes = (f"'#' || {row}.code", f"'@' || substr({row}.code, 9)", f"'$' || {backwards}")
        return f"""
            SELECT {row}.batch_id, substr({row}.words, n.i, 2), {row}.submitted, {row}.id FROM ({numbers}) n{near}
            WHERE n.i < length({row}.words) AND substr({row}.words, n.i, 1) NOT IN (' ', {self.newline})
        """ + "".join(
            f" UNION SELECT {row}.batch_id, {code}, {row}.submitted, {row}.id {lines} WHERE {row}.code <> ''"
            for code in codes
        )


SQLITE = Saying("CAST(strftime('%s', c.submitted_at) AS INTEGER)", "", "char(10)")
POSTGRESQL = Saying("CAST(floor(extract(epoch FROM c.submitted_at)) AS bigint)", ' COLLATE "C"', "chr(10)")
ABOVE = """
    SELECT NEW.id, a.id, NEW.batch_id, NEW.at_unit_id, NEW.state, NEW.category_key, NEW.submitted, NEW.title
    FROM units a JOIN (
        WITH RECURSIVE up(path) AS (
            SELECT CAST(path AS text) FROM units WHERE id = NEW.unit_id
            UNION ALL
            SELECT rtrim(substr(path, 1, length(path) - 1), replace(path, '/', '')) FROM up WHERE length(path) > 1
        ) SELECT path FROM up
    ) above ON above.path = a.path
"""
"""A line's channel and every unit above it, by their paths: what is left of a path without its last code."""
ALL_BRANCHES = """
    SELECT l.id, a.id, l.batch_id, l.at_unit_id, l.state, l.category_key, l.submitted, l.title
    FROM case_lines l JOIN (
        SELECT u.id AS unit_id, a.id FROM units u JOIN units a ON substr(u.path, 1, length(a.path)) = a.path
        WHERE {where}
    ) a ON a.unit_id = l.unit_id
"""
"""Codes hold no "/", so a path begins with another's only where that unit stands above it."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger. upon: the event. when: "" for each row. does: its statements."""

    name: str
    upon: str
    when: str
    does: Sequence[str]


def _triggers(say: Saying) -> Sequence[Trigger]:
    return *_of_lines(say), *_of_branches(), *_of_grams(say)


def _of_lines(say: Saying) -> Sequence[Trigger]:
    of_organisation = "case_lines.id IN (SELECT id FROM cases WHERE organisation_id = NEW.id)"
    lined = f"INSERT INTO case_lines (id, {LINES}) SELECT NEW.id, line.* FROM ({say.line('c.id = NEW.id')}) line"
    changed = f"{SET_LINE} = ({say.line('c.id = NEW.id')}) WHERE id = NEW.id"
    renamed = f"{SET_LINE} = ({say.line('c.id = case_lines.id')}) WHERE {of_organisation}"
    return (
        Trigger("case_line_made", "AFTER INSERT ON cases", "", [lined]),
        Trigger("case_line_changed", f"AFTER UPDATE OF {WATCHED} ON cases", "", [changed]),
        Trigger("case_line_gone", "AFTER DELETE ON cases", "", ["DELETE FROM case_lines WHERE id = OLD.id"]),
        Trigger("case_line_renamed", "AFTER UPDATE OF name, credit_code ON organisations", "", [renamed]),
    )


def _of_branches() -> Sequence[Trigger]:
    below = "substr(u.path, 1, length(NEW.path)) = NEW.path"
    hung = f"SELECT l.id FROM case_lines l JOIN units u ON u.id = l.unit_id WHERE {below}"
    made = f"INSERT INTO case_branches ({BRANCHES}) {ABOVE}"
    cleared = "DELETE FROM case_branches WHERE id = OLD.id"
    kept = ("batch_id", "at_unit_id", "state", "category_key", "submitted", "title")
    values = ", ".join(f"{name} = NEW.{name}" for name in kept)
    stays = f"OLD.unit_id = NEW.unit_id AND ({_differ(*kept)})"
    changed = f"UPDATE case_branches SET {values} WHERE id = NEW.id"
    moved = [f"DELETE FROM case_branches WHERE id IN ({hung})"]
    moved.append(f"INSERT INTO case_branches ({BRANCHES}) {ALL_BRANCHES.format(where=below)}")
    return (
        Trigger("case_branches_made", "AFTER INSERT ON case_lines", "", [made]),
        Trigger("case_branches_changed", "AFTER UPDATE ON case_lines", stays, [changed]),
        Trigger("case_branches_moved", "AFTER UPDATE ON case_lines", _differ("unit_id"), [cleared, made]),
        Trigger("case_branches_gone", "AFTER DELETE ON case_lines", "", [cleared]),
        Trigger("case_branches_hung", "AFTER UPDATE OF path ON units", _differ("path"), moved),
    )


def _of_grams(say: Saying) -> Sequence[Trigger]:
    indexed = f"INSERT INTO case_grams ({GRAMS}) {say.grams('NEW', 'length(NEW.words)')}"
    struck = f"DELETE FROM case_grams WHERE ({GRAMS}) IN ({say.grams('OLD', 'length(OLD.words)')})"
    differs = _differ("words", "code", "submitted", "batch_id")
    return (
        Trigger("case_grams_made", "AFTER INSERT ON case_lines", "", [indexed]),
        Trigger("case_grams_changed", "AFTER UPDATE ON case_lines", differs, [struck, indexed]),
        Trigger("case_grams_gone", "AFTER DELETE ON case_lines", "", [struck]),
    )


def _differ(*columns: str) -> str:
    return " OR ".join(f"OLD.{column} <> NEW.{column}" for column in columns)


def _say(connection: Connection) -> Saying:
    return SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL


def create(connection: Connection) -> None:
    """Create the triggers, and on PostgreSQL their functions."""
    say = _say(connection)
    for trigger in _triggers(say):
        body = ";\n".join(trigger.does)
        when = f"WHEN ({trigger.when})" if trigger.when else ""
        head = f"CREATE TRIGGER {trigger.name} {trigger.upon} FOR EACH ROW {when}"
        if say is SQLITE:
            connection.exec_driver_sql(f"{head} BEGIN {body}; END")
            continue
        connection.exec_driver_sql(
            f"CREATE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql"
            f" AS $body$ BEGIN {body}; RETURN NULL; END $body$"
        )
        connection.exec_driver_sql(f"{head} EXECUTE FUNCTION {trigger.name}()")


def drop(connection: Connection) -> None:
    """Drop the triggers."""
    is_sqlite = _say(connection) is SQLITE
    for trigger in _triggers(SQLITE):
        connection.exec_driver_sql(
            f"DROP TRIGGER {trigger.name}" if is_sqlite else f"DROP FUNCTION {trigger.name}() CASCADE"
        )


def fill(connection: Connection) -> None:
    """Make every line, branch and gram of the rows that are there; the three tables are empty before."""
    say = _say(connection)
    lines = say.line("true").replace("SELECT c.batch_id", "SELECT c.id, c.batch_id", 1)
    grams = say.grams("l", str(LONGEST_WORDS), "case_lines l")
    for statement in (
        f"INSERT INTO case_lines (id, {LINES}) {lines} ORDER BY 1",
        f"INSERT INTO case_branches ({BRANCHES}) {ALL_BRANCHES.format(where='true')} ORDER BY 1, 2",
        f"INSERT INTO case_grams ({GRAMS}) {grams} ORDER BY 1, 2, 3, 4",
    ):
        connection.exec_driver_sql(statement)
