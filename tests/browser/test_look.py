"""The look of the whole backoffice: every page at three sizes, light and dark, without a serious fault.

Set LINXUAN_SHOTS to a folder to get a picture of each page.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from domain.access import Role
from models.scope import Scope
from services.batches.context import load
from services.bulk.columns import What
from services.calendar import official_calendar
from services.designing.edits import SetValues
from services.designing.parts import BY_KEY, findings, mark_of
from services.designing.working import Change, apply
from services.rehearsal.keeping import Wanted, keep, play_wanted
from tests.browser.journeys.conftest import (
    Serve,
    serve,  # noqa: F401 - a fixture
)
from tests.support.backoffice import make_app
from tests.support.batches import COORDINATOR, local
from tests.support.copies import step_of
from tests.support.journeys import House, sign_in
from tests.support.looking import addresses, faults, first_ids
from tests.support.preset_cases import fill_case, maker, new_case_of, refusals, try_submit
from tests.support.provinces import preset

OPENS, NOW = local("2023-03-06 09:00"), local("2023-03-20 10:00")
DISTRICT = "410305"
LOOKS = [(390, "dark"), (1280, "light"), (1920, "dark")]
PLACES = ("office", "stages.review", "forms.enterprise", "categories.enterprise")
OTHERS_PAGES = {
    Role.ADMIN: ("/admin/users", "/admin/memberships", "/admin/import/users"),
    Role.AUDITOR: ("/admin/audit",),
}
"""Where the pages begin that are none of the office's."""
NO_ROW: dict[str, None] = dict.fromkeys(
    (
        "progress.keep_view",
        "progress.cap_view",
        "progress.move_view",
        "progress.waive_view",
        "progress.rehearsal_compare_view",
        "catalogues.version_view",
    )
)
"""Pages about rows that this house has none of."""


@pytest.fixture
def house(serve: Serve) -> House:  # noqa: F811 - the fixture of the same name
    """Return Luoyang's batch with a case handed in, a rehearsal kept, and a deadline put off in the working copy."""
    served = serve(preset("luoyang-2023"), OPENS, NOW)
    with served.database.write(Scope()) as session:
        context = load(session, served.context.batch.id)
        firm = maker(session, 1, DISTRICT, region="洛阳市涧西区")
        case = new_case_of(session, context, firm, DISTRICT)
        fill_case(session, context, case)
        assert refusals(try_submit(session, case)) == ""
        played = play_wanted(session, context.batch.id, Wanted(), actor=COORDINATOR, now=NOW)
        keep(session, played, actor=COORDINATOR, now=NOW + timedelta(minutes=1))
        later = SetValues("stages.recommend.due", {"on": "2023-03-31"})
        change = Change([later], step_of(session, context.batch.id), "推迟推荐报送")
        apply(session, context.batch.id, change, actor=COORDINATOR, now=NOW)
    return served


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_no_page_of_the_backoffice_has_a_serious_fault(
    house: House, chromium: Browser, width: int, theme: str
) -> None:
    """Issue's point 10: axe-core finds nothing serious, contrast included, and nothing scrolls sideways."""
    values = {
        "code": house.code,
        "path": PLACES,
        "part": tuple(BY_KEY),
        "what": tuple(What),
        "key": "enterprise",
        "standard": "sharing",
        "mail": "reminder",
        "membership_id": 1,
        "finding": tuple(mark_of(one) for one in findings(house.context.definition, official_calendar())[:2]),
        "progress.design_add_view": {"path": ("stages", "categories", "rules", "ladders")},
        "progress.design_vouch_view": {"path": "stages.review"},
        "progress.extend_view": {"?": "?stage=review"},
        "progress.close_view": {"?": "?stage=declare"},
        "progress.late_view": {"?": f"?stage=review&unit={house.unit(DISTRICT)}"},
        "progress.call_view": {"?": f"?stage=review&unit={house.unit(DISTRICT)}"},
        "progress.new_from_view": {"?": "?kind=batch&key=luoyang-2023"},
        **NO_ROW,
        **first_ids(house.database),
    }
    wanted = addresses(make_app(house.database), house.database, values)
    found: list[str] = []
    for account, mine in _shared_out(house, wanted):
        found += _leafed(house, chromium, account, mine, (width, theme))

    assert not found, "\n".join(found)


def _leafed(house: House, chromium: Browser, account: str, wanted: list[str], look: tuple[int, str]) -> list[str]:
    """Return what somebody finds who leafs through pages at a width and in a theme."""
    context = chromium.new_context(
        viewport={"width": look[0], "height": 900},
        locale="zh-CN",
        base_url=house.url,
        color_scheme="dark" if look[1] == "dark" else "light",
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, account)
    found = [fault for address in wanted for fault in faults(page, address)]
    context.close()
    return found + complaints


def _shared_out(house: House, wanted: list[str]) -> list[tuple[str, list[str]]]:
    """Return who looks at which pages: those that are none of the office's by whose they are."""
    theirs = {role: [one for one in wanted if one.startswith(starts)] for role, starts in OTHERS_PAGES.items()}
    guarded = {address for group in theirs.values() for address in group}
    office = [address for address in wanted if address not in guarded]
    return [(house.coordinator(), office), *((house.person(role), group) for role, group in theirs.items())]
