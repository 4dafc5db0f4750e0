"""Reminders and mail texts: each finding provoked, and something close by that is in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain import definition as d
from tests.support.definitions import SMALL
from tests.support.lint_table.rows import (
    Change,
    added,
    at,
    both,
    on_cases,
    on_small,
    same,
    value_on_cases,
    value_on_small,
)

LADDER, MAIL = "ladders.contacts", "mails.reminder@contacts"
STAGE = "stages.contacts"


def steps(*given: d.Step) -> Change:
    return at(LADDER, steps=given)


def step(days: int, **changes: Any) -> d.Step:
    return d.Step(key="extra", days=days, **changes)


LAST = d.Step(key="on-day", days=0)
EVERY_DAY = tuple(d.Step(key=f"before-{days}", days=-days) for days in (1, 2, 3))

ROWS = (
    on_small("unknown_ladder", f"{STAGE}.ladder", at(STAGE, ladder="contact"), same, ("ladder_never_fires", LADDER)),
    on_small("no_steps", f"{LADDER}.steps", steps(), steps(LAST)),
    value_on_small("bad_ceiling", f"{LADDER}.ceiling_per_week", 0, None),
    on_small("bad_days", f"{LADDER}.steps.extra.days", steps(LAST, step(251)), steps(LAST, step(250))),
    on_small(
        "bad_time", f"{LADDER}.steps.extra.at", steps(LAST, step(-1, at="9：00")), steps(LAST, step(-1, at="09:00"))
    ),
    on_small("step_before_opening", f"{LADDER}.steps.extra", steps(LAST, step(-11)), steps(LAST, step(-10))),
    on_small(
        "step_before_opening",
        f"{LADDER}.steps.extra.days",
        steps(LAST, step(-1, anchor=d.Anchor.OPENS)),
        steps(LAST, step(1, anchor=d.Anchor.OPENS)),
    ),
    on_small(
        "step_after_due", f"{LADDER}.steps.extra", steps(LAST, step(0, at="18:00")), steps(LAST, step(0, at="17:59"))
    ),
    on_small(
        "step_after_due",
        f"{LADDER}.steps.extra",
        steps(LAST, step(15, anchor=d.Anchor.OPENS)),
        steps(LAST, step(5, anchor=d.Anchor.OPENS)),
    ),
    on_small("ladder_never_fires", LADDER, at(STAGE, ladder=None), same),
    value_on_cases("ladder_never_fires", "stages.declare.ladder", "contacts", None),
    on_cases(
        "ladder_never_fires",
        "stages.recommend.ladder",
        at("stages.recommend", due=None),
        both(at("stages.recommend", due=None, ladder=None)),
    ),
    on_small("ladder_never_reminds", f"{LADDER}.steps", steps(step(1)), steps(step(1), LAST)),
    on_cases(
        "stage_without_ladder",
        "stages.review.ladder",
        at("stages.review", ladder=None),
        at("stages.review", ladder=None, due=None),
    ),
    on_small(
        "upper_missing",
        f"{LADDER}.steps.after-1.to",
        at(f"{LADDER}.steps.after-1", to=d.Audience.UPPER),
        both(at(f"{LADDER}.steps.after-1", to=d.Audience.UPPER), at("units.010200", upper="010100")),
    ),
    on_small(
        "ceiling_exceeded",
        f"{LADDER}.ceiling_per_week",
        steps(*EVERY_DAY),
        both(steps(*EVERY_DAY), at(LADDER, ceiling_per_week=3)),
    ),
    on_small(
        "duplicate_mail",
        MAIL,
        added("", "mails", SMALL.mails[0]),
        added("", "mails", replace(SMALL.mails[0], stage=None)),
    ),
    value_on_small("bad_text", f"{MAIL}.body", "{{ nonsense }}", "{{ person }}"),
    value_on_small("bad_text", f"{MAIL}.subject", "一\n二", "一二"),
    on_small(
        "bad_text",
        f"{MAIL}.body_en",
        at(MAIL, subject_en="Reminder", body_en="Dear {{ persn }}"),
        at(MAIL, subject_en="Reminder", body_en="Dear {{ person }}"),
    ),
    on_small(
        "half_english",
        f"{MAIL}.body_en",
        at(MAIL, subject_en="Reminder"),
        at(MAIL, subject_en="Reminder", body_en="Please answer."),
    ),
    on_small("half_english", f"{MAIL}.subject_en", at(MAIL, body_en="Please answer."), same),
)
