"""Papers for journeys, and putting them into the slots of a case."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.support.journeys import SAVED_MS

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def picture(number: int) -> FilePayload:
    """Return a photograph; another number gives another one."""
    target = io.BytesIO()
    Image.new("RGB", (640, 480), (17 * number % 256, 90, 160)).save(target, "PNG")
    return FilePayload(name=f"现场照片{number}.png", mimeType="image/png", buffer=target.getvalue())


def pdf(name: str) -> FilePayload:
    """Return a paper; another name gives another one."""
    return FilePayload(name=f"{name}.pdf", mimeType="application/pdf", buffer=PDF + name.encode())


def office_file(name: str, member: str) -> FilePayload:
    """Return a file of an Office program. member: the part that tells its kind ("word/document.xml")."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for part in ("[Content_Types].xml", member):
            made.writestr(part, "<part/>")
    return FilePayload(name=name, mimeType="application/octet-stream", buffer=target.getvalue())


def put(page: Page, slot: str, files: Sequence[FilePayload]) -> None:
    """Put files into a slot of the page of papers; what the page then says is for the caller to see."""
    card = page.locator(f"#slot-{slot}")
    expect(card).to_be_visible()
    page.wait_for_load_state()  # the scripts of the page take the files over; without them the form would be sent
    card.locator("input[type=file]").set_input_files(files)
    card.get_by_role("button", name="上传").click()


def expect_files(page: Page, slot: str, number: int) -> None:
    """Wait until a slot shows how many files it holds."""
    expect(page.locator(f"#slot-{slot} .lx-slot-head, #slot-{slot} .card-header")).to_contain_text(
        f"{number} 个文件", timeout=SAVED_MS
    )
