"""What a workbook carries for xlwings Lite, and whether ft-roi wrote it."""

from __future__ import annotations

from dataclasses import dataclass

from addin.lite.bundle import MAIN, is_headed, main_text, version_in
from roi_engine._version import __version__
from templates.xlsx.untrusted_package import Package, UnreadableWorkbook
from templates.xlsx.web_extensions import WebExtension, property_text, web_extensions

XLWINGS_LITE = "wa200008175"
"""The number of xlwings Lite in Microsoft's store."""


def lite_extension(package: Package) -> WebExtension | None:
    """What xlwings Lite keeps in a workbook; None where it keeps nothing."""
    return next((each for each in web_extensions(package) if each.store == XLWINGS_LITE), None)


@dataclass(frozen=True)
class Carried:
    """The Python in a workbook; empty where it carries none.

    name : of the file that it is to xlwings Lite.
    """

    text: str
    name: str = MAIN

    @property
    def is_written_here(self) -> bool:
        """Whether this version writes it, letter for letter."""
        return self.text == main_text()

    @property
    def is_somebody_elses(self) -> bool:
        """Whether it has no header of ours."""
        return bool(self.text.strip()) and not is_headed(self.text)

    @property
    def wrong(self) -> str:
        """What a careful reader is told; empty where nothing is wrong.

        What another version wrote cannot be compared here: only its own sum tells whether it was changed.
        """
        if not self.text.strip() or self.is_written_here:
            return ""
        if self.is_somebody_elses:
            return "The Python that it carries for xlwings Lite is somebody else's. Read it before you let it run."
        if version_in(self.text) not in ("", __version__):
            return ""
        return "The Python that it carries for xlwings Lite was changed. Put it in anew: ft-roi addin lite."

    @property
    def note(self) -> str:
        """What is said of Python that is ours; empty where there is none."""
        if not self.text.strip() or self.wrong:
            return ""
        if self.is_written_here:
            return "The Python that it carries for xlwings Lite is that of this version, letter for letter."
        return f"The Python that it carries for xlwings Lite is that of FT ROI {version_in(self.text)}; not compared."


def carried_in(package: Package) -> Carried:
    """The Python that a workbook carries for xlwings Lite, whosever it is."""
    extension = lite_extension(package)
    return Carried(property_text(extension.properties.get(MAIN, "")) if extension else "")


def carried_unless_damaged(package: Package) -> Carried:
    """The same; none where its part is damaged, of which the package check tells."""
    try:
        return carried_in(package)
    except UnreadableWorkbook:
        return Carried("")
