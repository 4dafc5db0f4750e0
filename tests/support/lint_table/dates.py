"""Dates and stages: each finding provoked, and something close by that is in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from domain import definition as d
from tests.support.definitions import SMALL
from tests.support.lint_table.rows import added, at, both, on_cases, on_small, same, value_on_cases, value_on_small

CONTACTS, DECLARE, REVIEW, RECOMMEND = (f"stages.{key}" for key in ("contacts", "declare", "review", "recommend"))
DUE = f"{CONTACTS}.due"
LATER = d.Stage(
    key="later",
    kind=d.StageKind.PUBLISH,
    title="公布",
    opens=d.Opening(after=("recommend",)),
    completes=d.Completion.BY_HAND,
)
OPEN_END = at(RECOMMEND, due=None)
UNFORMED = both(at(DECLARE, declare=replace(d.Declare(one_case=d.OneCase.BATCH))), at("", rules=()))

ROWS = (
    value_on_small("bad_timezone", "timezone", "Asia/Peking", "Asia/Urumqi"),
    value_on_small("bad_time", f"{DUE}.at", "9:00", "17:30"),
    value_on_small("bad_time", f"{CONTACTS}.opens.at", "24:00", "23:59"),
    on_small("bad_due", DUE, at(DUE, working_days=5), at(DUE, on=None, working_days=10)),
    on_small("bad_due", f"{RECOMMEND}.due", at(f"{RECOMMEND}.due", on=None), at(RECOMMEND, due=None)),
    on_small(
        "bad_due",
        f"{RECOMMEND}.due.working_days",
        at(RECOMMEND, due=d.Due(working_days=251, at="18:00")),
        at(RECOMMEND, due=d.Due(working_days=50, at="18:00")),
    ),
    value_on_small("bad_grace", f"{CONTACTS}.grace_minutes", -1, 0),
    value_on_small("date_out_of_range", f"{DUE}.on", date(1, 1, 1), date(2023, 3, 21)),
    on_small(
        "due_before_opening",
        f"{RECOMMEND}.due",
        at(RECOMMEND, opens=d.Opening(on=date(2023, 6, 1))),
        at(RECOMMEND, opens=d.Opening(on=date(2023, 5, 31))),
    ),
    on_small(
        "due_order",
        f"{RECOMMEND}.due",
        at(DUE, on=date(2023, 6, 1)),
        at(DUE, on=date(2023, 5, 30)),
        ("due_before_opening", f"{RECOMMEND}.due"),
    ),
    on_small(
        "due_before_issue",
        f"{DUE}.on",
        at("document", issued_on=date(2023, 3, 21)),
        at("document", issued_on=date(2023, 3, 20)),
    ),
    value_on_small("due_on_day_off", f"{DUE}.on", date(2023, 3, 18), date(2023, 3, 17)),
    value_on_small(
        "due_on_day_off",
        f"{RECOMMEND}.due.on",
        # A Sunday that is worked (调休) is no day off.
        date(2023, 4, 30),
        date(2023, 4, 23),
    ),
    value_on_small("opens_before_earlier", f"{RECOMMEND}.opens.on", date(2023, 3, 20), date(2023, 3, 21)),
    on_cases(
        "chain_order",
        f"{RECOMMEND}.due",
        at(f"{REVIEW}.due", on=date(2023, 6, 1)),
        at(f"{REVIEW}.due", on=date(2023, 5, 30)),
    ),
    on_cases(
        "chain_order",
        f"{DECLARE}.opens",
        at(DECLARE, opens=d.Opening(on=date(2023, 6, 1)), due=None),
        at(DECLARE, opens=d.Opening(on=date(2023, 4, 27)), due=None),
        ("applicants_date_open", f"{DECLARE}.due"),
        ("chain_order", f"{DECLARE}.opens"),
    ),
    value_on_small("year_mismatch", f"{CONTACTS}.opens.on", date(2022, 3, 7), date(2023, 3, 7)),
    on_small(
        "provisional_year",
        f"{RECOMMEND}.due",
        both(at(f"{RECOMMEND}.due", on=date(2060, 5, 31))),
        at(f"{RECOMMEND}.due", on=date(2023, 12, 29)),
        ("year_mismatch", f"{RECOMMEND}.due.on"),
    ),
    value_on_small("no_time_of_day", f"{DUE}.at", "24:00", "23:59"),
    on_small(
        "same_day",
        f"{DUE.removesuffix('.due')}.due",
        both(at(f"{RECOMMEND}", due=d.Due(on=date(2023, 3, 20), at="18:00"), opens=d.Opening(on=date(2023, 3, 6)))),
        both(at(f"{RECOMMEND}", due=d.Due(on=date(2023, 3, 21), at="18:00"), opens=d.Opening(on=date(2023, 3, 6)))),
    ),
    on_small("no_stages", "stages", at("", stages=(), mails=(), evidence=(), ladders=()), same),
    value_on_small("stage_cycle", f"{RECOMMEND}.opens.after", ("recommend",), ("contacts",)),
    on_small(
        "second_of_kind",
        "stages.again.kind",
        added("", "stages", d.Stage(key="again", kind=d.StageKind.RECOMMEND, title="再次推荐")),
        added("", "stages", d.Stage(key="again", kind=d.StageKind.SCORE, title="评审")),
    ),
    on_cases(
        "waits_for_blocked",
        f"{REVIEW}.opens.after",
        both(UNFORMED, at(REVIEW, opens=d.Opening(after=("declare",)))),
        UNFORMED,
        ("declare_form_missing", f"{DECLARE}.form"),
    ),
    on_small(
        "waits_for_open_end",
        "stages.later.opens.after",
        both(OPEN_END, added("", "stages", LATER)),
        both(OPEN_END, at(RECOMMEND, completes=d.Completion.BY_HAND), added("", "stages", LATER)),
    ),
    on_small(
        "part_out_of_place",
        f"{CONTACTS}.review",
        at(CONTACTS, review=d.Review()),
        added("", "stages", d.Stage(key="review", kind=d.StageKind.REVIEW, title="初审", review=d.Review())),
    ),
    on_small("collect_missing", f"{CONTACTS}.collect", at(CONTACTS, collect=None), same),
    on_small(
        "collect_out_of_place",
        f"{RECOMMEND}.collect",
        at(RECOMMEND, collect=SMALL.stages[0].collect),
        at(RECOMMEND, recommend=d.Recommend(), ladder="contacts"),
    ),
    on_cases(
        "applicants_date_open",
        f"{DECLARE}.due",
        at(DECLARE, due=None),
        at(f"{DECLARE}.due", on=date(2023, 3, 27)),
    ),
    on_cases(
        "arrival_open",
        f"{RECOMMEND}.recommend.paper.arrival",
        both(at(f"{RECOMMEND}.recommend", paper=d.Paper(copies=1)), at("office", address="某路1号")),
        both(
            at(f"{RECOMMEND}.recommend", paper=d.Paper(copies=1, arrival=d.Arrival.SENT)),
            at("office", address="某路1号"),
        ),
    ),
    value_on_cases("bad_number", f"{REVIEW}.review.return_days", 0, 1),
    value_on_cases("bad_number", f"{REVIEW}.review.max_returns", -1, 0),
)
