"""Puts the backoffice into an app, at /admin/."""

from collections.abc import Iterable
from typing import Any

from flask import Flask
from flask_admin import Admin

from admin.base import ManagedView
from admin.batches.batches import BatchView
from admin.batches.programmes import ProgrammeView
from admin.batches.quotas import QuotaView
from admin.batches.stages import StageView
from admin.bulk.pages import bulk_pages
from admin.carrier import RequestSession
from admin.casework.cases import PLACE as CASES
from admin.casework.catalogues import CataloguePages
from admin.home import may_enter
from admin.lists.fields import ExtraFieldView
from admin.lists.places import offer_views
from admin.lists.saved import blueprint as saved_views
from admin.mail.outbox import OutboxView
from admin.mail.phone_duties import PhoneDutyView
from admin.menu import menu_of
from admin.people.contacts import ContactView
from admin.people.memberships import MembershipView
from admin.people.organisations import OrganisationView
from admin.people.titles import TitleView
from admin.people.units import UnitView
from admin.people.users import UserView
from admin.progress.page import SEES
from admin.progress.views import home_view, install_clock, progress_views
from admin.records.audit import AuditView
from admin.records.flow_runs import FlowRunView
from domain.access import Actor
from models import (
    AuditEntry,
    Base,
    Batch,
    BatchQuota,
    BatchStage,
    Contact,
    ExtraField,
    FlowRun,
    Mail,
    Membership,
    Organisation,
    PhoneDuty,
    Programme,
    Title,
    Unit,
    User,
)
from web.nav import NavItem, register_nav

BATCHES, PEOPLE, MAIL, SYSTEM = "批次管理", "单位与人员", "消息", "系统"
Entry = tuple[type[ManagedView], type[Base], str, str, str, str]
VIEWS: tuple[Entry, ...] = (
    (ProgrammeView, Programme, "programmes", "项目", BATCHES, "folders"),
    (BatchView, Batch, "batches", "批次", BATCHES, "calendar-event"),
    (StageView, BatchStage, "stages", "环节", BATCHES, "list-numbers"),
    (QuotaView, BatchQuota, "quotas", "推荐名额", BATCHES, "chart-bar"),
    (UnitView, Unit, "units", "推荐单位", PEOPLE, "building-community"),
    (ContactView, Contact, "contacts", "联系人", PEOPLE, "address-book"),
    (OrganisationView, Organisation, "organisations", "申报单位", PEOPLE, "building"),
    (ExtraFieldView, ExtraField, "fields", "补充字段", PEOPLE, "forms"),
    (TitleView, Title, "titles", "获评单位", PEOPLE, "award"),
    (UserView, User, "users", "用户", PEOPLE, "users"),
    (MembershipView, Membership, "memberships", "身份", PEOPLE, "id-badge-2"),
    (OutboxView, Mail, "outbox", "发件记录", MAIL, "mail"),
    (PhoneDutyView, PhoneDuty, "phone_duties", "待人工催办", MAIL, "phone-call"),
    (AuditView, AuditEntry, "audit", "审计记录", SYSTEM, "shield-check"),
    (FlowRunView, FlowRun, "flow_runs", "运行记录", SYSTEM, "player-track-next"),
)
"""View, table, part of the address, name, group of the menu, icon; in the order of the menu."""


def install(app: Flask) -> Admin:
    """Add the backoffice to an app that `web.install` has prepared, and return it.

    Its tables work on the session of each request, so they need no database of their own.
    """
    admin = Admin(app, name="后台", url="/admin", endpoint="admin", index_view=home_view())
    session = RequestSession()
    for view, model, path, name, group, icon in VIEWS:
        admin.add_view(_view(view, model, session, path=path, name=name, group=group, icon=icon))
    for page in progress_views(PEOPLE):
        admin.add_view(page)
    admin.add_view(bulk_pages(PEOPLE))
    admin.add_view(
        CataloguePages(
            name="模式目录",
            category=BATCHES,
            endpoint="catalogues",
            url="catalogues",
            menu_icon_type="ti",
            menu_icon_value="list-details",
        )
    )
    app.register_blueprint(saved_views)
    offer_views(app, CASES, (SEES,))
    install_clock(app)
    register_nav(app, _entry)
    app.jinja_env.globals["menu_of"] = menu_of
    return admin


def _view(view: Any, model: type[Base], session: RequestSession, **words: str) -> Any:
    path = words["path"]
    return view(
        model,
        session,
        name=words["name"],
        category=words["group"],
        endpoint=f"admin_{path}",
        url=path,
        menu_icon_type="ti",
        menu_icon_value=words["icon"],
    )


def _entry(actor: Actor) -> Iterable[NavItem]:
    """Yield the way into the backoffice, for those who have business there."""
    if may_enter():
        yield NavItem(label="后台管理", href="/admin/", icon="settings")
