"""The add-in's file, ft-roi.xlam: a sheet of settings, and the VBA project."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from openpyxl.writer.theme import theme_xml

import roi_engine
from addin.excel.vba_project import SHEET_CLASS, WORKBOOK_CLASS, document_module, vba_project
from addin.excel.wrappers import CALLS, wrappers_module
from addin.excel.xlwings_modules import PROJECT, settings_read, xlwings_modules, xlwings_version
from addin.functions import CATEGORY
from roi_engine._version import __version__
from roi_engine.worksheet.catalogue import functions
from roi_engine.worksheet.explained import argument_help
from templates.xlsx.namespaces import DOCUMENT_RELATIONSHIPS, MAIN, PACKAGE, PACKAGE_RELATIONSHIPS, SPREADSHEET
from templates.xlsx.relationships import relationships_xml
from templates.xlsx.untrusted_package import UnreadableWorkbook, content_of, open_package
from templates.xlsx.xml_parts import DECLARATION
from templates.xlsx.zip_package import MS_DOS, OWNER_ONLY, zipped

FILE_NAME = "ft-roi.xlam"
PROJECT_NAME = "FtRoiAddin"
SETTINGS_SHEET = f"{PROJECT}.conf"
INTERPRETER, BUILT_FOR, BUILT_BY = "INTERPRETER_WIN", "BUILT FOR XLWINGS", "BUILT BY FT-ROI"
ANY_INTERPRETER = "python"
"""The interpreter of an add-in that was built on another system: the one that Windows finds on its PATH."""

_ARGUMENT_HELP = "{8193D73E-4604-4355-AFF4-8A2333D13BE4}"


def here() -> tuple[str, str]:
    """The interpreter of an add-in built here, and the folder it imports from.

    The folder is empty where the package is installed.
    """
    if sys.platform != "win32":
        return ANY_INTERPRETER, ""
    folder = str(Path(roi_engine.__file__).parents[1])
    return sys.executable, "" if folder in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")) else folder


def settings(interpreter: str, folder: str = "") -> dict[str, str]:
    """The rows of the settings sheet.

    Every setting that xlwings asks for has a row: it looks for others in files, which anybody may have put there.
    """
    asked = sorted(set().union(*(settings_read(module.source) for module in xlwings_modules())))
    return {
        **dict.fromkeys(asked, ""),
        INTERPRETER: interpreter,
        "PYTHONPATH": folder,
        "ADD_WORKBOOK_TO_PYTHONPATH": "False",
        "DEBUG UDFS": "False",
        "SHOW CONSOLE": "False",
        "UDF MODULES": CALLS,
        BUILT_FOR: xlwings_version(),
        BUILT_BY: __version__,
    }


def build_addin(interpreter: str, folder: str = "") -> bytes:
    """The add-in as the bytes of an .xlam file; the same bytes each time.

    interpreter : the Python that computes.
    folder : where it finds this package, if it is not installed there.
    """
    project = vba_project(
        PROJECT_NAME,
        [
            document_module("ThisWorkbook", WORKBOOK_CLASS),
            document_module("Sheet1", SHEET_CLASS),
            *xlwings_modules(),
            wrappers_module(),
        ],
    )
    return addin_package(settings(interpreter, folder), project)


def addin_package(rows: Mapping[str, str], project: bytes) -> bytes:
    """The package around a VBA project."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": relationships_xml(
            [
                (f"{DOCUMENT_RELATIONSHIPS}/officeDocument", "xl/workbook.xml"),
                (f"{PACKAGE_RELATIONSHIPS}/metadata/core-properties", "docProps/core.xml"),
                (f"{DOCUMENT_RELATIONSHIPS}/extended-properties", "docProps/app.xml"),
            ]
        ),
        "docProps/core.xml": _properties(),
        "docProps/app.xml": _APPLICATION,
        "xl/workbook.xml": _workbook(),
        "xl/_rels/workbook.xml.rels": relationships_xml(
            [
                (f"{DOCUMENT_RELATIONSHIPS}/worksheet", "worksheets/sheet1.xml"),
                (f"{DOCUMENT_RELATIONSHIPS}/theme", "theme/theme1.xml"),
                (f"{DOCUMENT_RELATIONSHIPS}/styles", "styles.xml"),
                ("http://schemas.microsoft.com/office/2006/relationships/vbaProject", "vbaProject.bin"),
            ]
        ),
        "xl/worksheets/sheet1.xml": _sheet(rows),
        "xl/theme/theme1.xml": theme_xml,
        "xl/styles.xml": _STYLES,
        "xl/vbaProject.bin": project,
    }
    return zipped(parts, system=MS_DOS, permissions=OWNER_ONLY)


def _content_types() -> str:
    kinds = {
        "/xl/workbook.xml": "application/vnd.ms-excel.addin.macroEnabled.main+xml",
        "/xl/worksheets/sheet1.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml",
        "/xl/theme/theme1.xml": "application/vnd.openxmlformats-officedocument.theme+xml",
        "/xl/styles.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml",
        "/xl/vbaProject.bin": "application/vnd.ms-office.vbaProject",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "/docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    }
    overrides = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in kinds.items())
    return (
        f'{DECLARATION}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _properties() -> str:
    """The title and the sentence that Excel shows in its list of add-ins."""
    return (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>FT ROI</dc:title>'
        f"<dc:description>FT_ functions {__version__}: what a fine-tuned model costs and returns.</dc:description>"
        "</cp:coreProperties>"
    )


def _workbook() -> str:
    helps = "".join(
        f'<x14:definedName name="{function.name}"><x14:argumentDescriptions count="{len(function.arguments)}">'
        + "".join(
            f'<x14:argumentDescription index="{index}">{escape(argument_help(function, argument)[:255])}'
            "</x14:argumentDescription>"
            for index, argument in enumerate(function.arguments)
        )
        + "</x14:argumentDescriptions></x14:definedName>"
        for function in functions().values()
        if function.arguments
    )
    return (
        f'{DECLARATION}<workbook xmlns="{SPREADSHEET}" xmlns:r="{DOCUMENT_RELATIONSHIPS}">'
        '<workbookPr codeName="ThisWorkbook"/>'
        '<bookViews><workbookView visibility="hidden" xWindow="0" yWindow="0" windowWidth="28800" '
        'windowHeight="12000"/></bookViews>'
        f'<sheets><sheet name={quoteattr(SETTINGS_SHEET)} sheetId="1" r:id="rId1"/></sheets>'
        f'<functionGroups builtInGroupCount="19"><functionGroup name={quoteattr(CATEGORY)}/></functionGroups>'
        '<calcPr calcId="191029"/>'
        f'<extLst><ext uri="{_ARGUMENT_HELP}" xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
        f"<x14:definedNames>{helps}</x14:definedNames></ext></extLst></workbook>"
    )


def _sheet(rows: Mapping[str, str]) -> str:
    def cell(place: str, text: str) -> str:
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>' if text else ""

    lines = "".join(
        f'<row r="{number}">{cell(f"A{number}", key)}{cell(f"B{number}", value)}</row>'
        for number, (key, value) in enumerate(rows.items(), 1)
    )
    return (
        f'{DECLARATION}<worksheet xmlns="{SPREADSHEET}"><sheetPr codeName="Sheet1"/>'
        f'<dimension ref="A1:B{len(rows)}"/><sheetViews><sheetView workbookViewId="0"/></sheetViews>'
        f"<sheetData>{lines}</sheetData></worksheet>"
    )


_APPLICATION = (
    f'{DECLARATION}<Properties xmlns="{DOCUMENT_RELATIONSHIPS.replace("relationships", "extended-properties")}">'
    "<Application>Microsoft Excel</Application><DocSecurity>0</DocSecurity><ScaleCrop>false</ScaleCrop>"
    "<LinksUpToDate>false</LinksUpToDate><SharedDoc>false</SharedDoc><HyperlinksChanged>false</HyperlinksChanged>"
    "<AppVersion>16.0300</AppVersion></Properties>"
)
_STYLES = (
    f'{DECLARATION}<styleSheet xmlns="{SPREADSHEET}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class NotOurAddin(ValueError):
    """A file that is no add-in of ft-roi; the sentence says why."""


def read_settings(path: Path) -> dict[str, str]:
    """The settings of an add-in file.

    Raises `NotOurAddin` for a damaged or another's file.
    """
    try:
        package = open_package(content_of(path))
        complete = all(package.read(name) for name in package.names())
        workbook, sheet = (package.tree(part) for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"))
    except OSError as error:
        raise NotOurAddin(f"it cannot be read: {error.strerror or error}") from None
    except UnreadableWorkbook:
        raise NotOurAddin("it is damaged") from None
    if SETTINGS_SHEET not in [each.get("name") for each in workbook.iter(f"{MAIN}sheet")]:
        raise NotOurAddin("it is an add-in of somebody else")
    texts = {cell.get("r", ""): "".join(map(str, cell.itertext())) for cell in sheet.iter(f"{MAIN}c")}
    found = {text: texts.get(f"B{place[1:]}", "") for place, text in texts.items() if place[:1] == "A"}
    if not complete or "xl/vbaProject.bin" not in package or BUILT_FOR not in found or INTERPRETER not in found:
        raise NotOurAddin("it is damaged: a part is missing")
    return found
