"""The Excel add-in, looked at without Excel: by readers of VBA and compound files, and by xlwings' own classes."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import olefile
import pytest
import xlwings
from click.testing import CliRunner
from oletools.olevba import VBA_Parser, decompress_stream

from addin.command_line import ft_roi
from addin.excel import package
from addin.excel.calls import cells
from addin.excel.compression import compress
from addin.excel.vba_project import LONGEST_LINE, MOST_CONTINUATIONS, Module
from addin.excel.wrappers import wrappers_module
from addin.excel.xlwings_modules import (
    UnknownXlwings,
    only_what_is_needed,
    settings_read,
    xlwings_modules,
    xlwings_version,
)
from roi_engine.cell_errors import CELL_ERRORS
from roi_engine.worksheet.catalogue import functions
from tests import open_xml_sdk


@pytest.fixture(scope="module")
def addin(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("addin") / package.FILE_NAME
    path.write_bytes(package.build_addin("python"))
    return path


@pytest.fixture(scope="module")
def project(addin) -> bytes:
    with zipfile.ZipFile(addin) as archive:
        return archive.read("xl/vbaProject.bin")


def sources(addin: Path) -> dict[str, str]:
    parser = VBA_Parser(str(addin))
    try:
        return {name.rpartition(".")[0]: code for _, _, name, code in parser.extract_all_macros()}
    finally:
        parser.close()


@pytest.mark.parametrize("text", [b"a" * 9000, b"", bytes(range(256)) * 20, wrappers_module().source.encode()])
def test_what_is_compressed_comes_back(text):
    back = bytes(decompress_stream(bytearray(compress(text)))) if text else text
    assert back[: len(text)] == text
    assert set(back[len(text) :]) <= {0}


def test_the_compound_file_has_no_issue(project):
    with olefile.OleFileIO(io.BytesIO(project), raise_defects=olefile.DEFECT_UNSURE) as file:
        assert file.parsing_issues == []
        assert {"/".join(path) for path in file.listdir()} == {
            *("PROJECT", "PROJECTwm", "VBA/_VBA_PROJECT", "VBA/dir", "VBA/ThisWorkbook", "VBA/Sheet1"),
            *("VBA/xlwings", "VBA/Dictionary", "VBA/FtRoi"),
        }


def test_every_module_and_wrapper_is_listed(addin):
    code = sources(addin)
    assert code.keys() == {"ThisWorkbook", "Sheet1", "xlwings", "Dictionary", "FtRoi"}
    assert re.findall(r"^Public Function (\w+)", code["FtRoi"], re.M) == list(functions())


DOCUMENT, CLASS = "00020819-0000-0000-C000-000000000046", "FCFB3D2A-A0FA-1068-A738-08002B3371B5"
"""What the file that xlwings ships, saved by Excel, has in the heads of the workbook's module and of the class."""


def test_heads_of_modules_are_those_that_excel_writes(addin):
    def head(name: str) -> list[str]:
        lines = [line for line in sources(addin)[name].splitlines() if line.startswith("Attribute VB_")]
        return [line.removeprefix("Attribute VB_") for line in lines if "VB_Description" not in line]

    same = ["GlobalNameSpace = False", "Creatable = False"]
    assert head("Dictionary") == [
        'Name = "Dictionary"', f'Base = "0{{{CLASS}}}"', *same, "PredeclaredId = False", "Exposed = True",
        "TemplateDerived = False", "Customizable = False",
    ]  # fmt: skip
    assert head("ThisWorkbook") == [
        'Name = "ThisWorkbook"', f'Base = "0{{{DOCUMENT}}}"', *same, "PredeclaredId = True", "Exposed = True",
        "TemplateDerived = False", "Customizable = True",
    ]  # fmt: skip
    assert head("xlwings") == ['Name = "xlwings"'] and head("FtRoi")[0] == 'Name = "FtRoi"'
    shipped = next(Path(xlwings.__file__).parent.rglob("quickstart_addin_ribbon.xlam"))
    theirs = sources(shipped)["Dictionary"].splitlines()[:8]
    assert [line for line in sources(addin)["Dictionary"].splitlines()[:8]] == theirs


def test_the_package_is_that_of_a_workbook_whose_window_is_hidden(addin):
    with zipfile.ZipFile(addin) as archive:
        parts = {
            name: archive.read(name).decode("utf-8") for name in archive.namelist() if name.endswith(("xml", "rels"))
        }
    assert {"xl/theme/theme1.xml", "docProps/app.xml", "docProps/core.xml", "xl/styles.xml"} <= parts.keys()
    assert re.findall(r"<(bookViews|sheets|functionGroups|calcPr|extLst)\b", parts["xl/workbook.xml"]) == [
        "bookViews", "sheets", "functionGroups", "calcPr", "extLst",
    ]  # fmt: skip
    assert 'workbookView visibility="hidden"' in parts["xl/workbook.xml"]
    assert '<calcPr calcId="191029"/>' in parts["xl/workbook.xml"]
    assert "<Application>Microsoft Excel</Application>" in parts["docProps/app.xml"]
    for name, folder in (("_rels/.rels", ""), ("xl/_rels/workbook.xml.rels", "xl/")):
        targets = re.findall(r'Target="([^"]+)"', parts[name])
        with zipfile.ZipFile(addin) as archive:
            assert {f"{folder}{target}" for target in targets} <= set(archive.namelist())
    assert all(f'PartName="/{name}"' in parts["[Content_Types].xml"] for name in parts
               if not name.endswith("rels") and name != "[Content_Types].xml")  # fmt: skip


def test_the_file_is_the_same_each_time(addin):
    assert addin.read_bytes() == package.build_addin("python")


def test_nothing_starts_by_itself(addin):
    done = subprocess.run([Path(sys.executable).parent / "mraptor", addin], capture_output=True, text=True, timeout=60)
    assert "Macro OK" in done.stdout, done.stdout


@open_xml_sdk.every_office
@pytest.mark.needs_open_xml_sdk
def test_the_package_is_valid(addin, versions):
    assert open_xml_sdk.validate(addin, versions) == []


def test_wrappers_are_plain_text_that_the_vba_editor_takes():
    source = wrappers_module().source
    assert source.isascii()
    assert all(len(text) <= 255 for text in re.findall(r'VB_Description = "(.*)"', source))
    for bad in ("x" * (LONGEST_LINE + 1), " _\n".join("x" * (MOST_CONTINUATIONS + 2))):
        with pytest.raises(ValueError, match="longer"):
            Module("M", bad).packed()


def test_xlwings_module_can_do_no_more_than_start_python():
    source = xlwings_modules()[0].source
    assert "RunPython" not in source
    assert "ActiveWorkbook" not in re.sub("^'.*$", "", source, flags=re.M)
    assert re.findall(r"^(?:Public )?(?:Function|Sub) (\w+)", source.replace("#Else\nFunction", ""), re.M) == ["XLPy"]


def test_every_setting_that_xlwings_asks_for_stands_in_the_file(addin):
    told = package.read_settings(addin)
    assert settings_read(xlwings_modules()[0].source) <= told.keys()
    assert told[package.INTERPRETER] == "python"
    assert told[package.BUILT_FOR] == xlwings_version()


def test_errors_and_texts_cannot_be_confused():
    assert cells("FT_TRAINCOST", 24.0, 1.5) == [[36.0]]
    assert cells("FT_TRAINCOST", ((24.0,), (-1.0,)), 1.5) == [[36.0], ["#2036"]]
    assert cells("FT_TRAINCOST", [["#N/A"]], 1.5) == [["#2042"]]
    assert cells("FT_NOTHING") == [[f"#{CELL_ERRORS['#N/A']}"]]
    assert cells("FT_VERSION")[0][0].startswith("'")
    assert cells("FT_TRAINCOST", -2146826243, 1.5) == [["#2015"]]  # an error that xlwings does not know


def test_commands_off_windows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(ft_roi, ["addin", "build", "-o", "a.xlsx"]).exit_code == 2
    assert CliRunner().invoke(ft_roi, ["addin", "build"]).exit_code == 0
    assert CliRunner().invoke(ft_roi, ["addin", "build"]).exit_code == 5


# --- what starts Python ------------------------------------------------------------------------------------------


def started_as_the_add_in_does(tmp_path: Path, source: str) -> set[str]:
    """The planted modules that run when the VBA's command line starts Python in their folder, without Excel.

    cmd.exe, the DLL and COM are left out: the options, and what xlwings does with the folders that it is told of, are
    those of the VBA.
    """
    for name in ("xlwings", "roi_engine", "win32com"):
        (tmp_path / f"{name}.py").write_text(f"open('ran-{name}', 'w')")
    (options,) = re.findall(r'tail = "(.*?) -c ""', source)
    (setting,) = re.findall(r'GetConfig\("SHAREPOINT_WIN"\) (& .*)$', source, re.M)[:1]
    folders = "False;book.xlsx;book.xlsx;;;" + ("" if setting.startswith("& IIf") else ";")
    program = "import xlwings.utils; xlwings.utils.prepare_sys_path(sys.argv[1]); import xlwings; import roi_engine"
    command = [sys.executable, *options.split(), "-c", f"import sys; {program}", folders]
    subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    return {path.name.removeprefix("ran-") for path in tmp_path.glob("ran-*")}


def test_what_lies_beside_a_workbook_is_not_run(tmp_path: Path) -> None:
    (module, _) = xlwings_modules()
    assert started_as_the_add_in_does(tmp_path, module.source) == set()
    assert "-P" in module.source and module.source.isascii()


@pytest.mark.slow
def test_as_xlwings_has_it_what_lies_beside_a_workbook_is_run(tmp_path: Path) -> None:
    """Each of the two places that ours differ in lets a planted module in."""
    source = xlwings_modules()[0].source
    without_option = source.replace(" -P -B -c ", " -B -c ")
    assert started_as_the_add_in_does(tmp_path, without_option) >= {"xlwings"}
    for path in tmp_path.glob("ran-*"):
        path.unlink()
    empty_setting = re.sub(r'& IIf\(.*?GetConfig\("PYTHONPATH"\)\)', '& ";" & GetConfig("PYTHONPATH")', source)
    assert empty_setting != source
    assert started_as_the_add_in_does(tmp_path, empty_setting) == {"roi_engine"}


@pytest.mark.parametrize(("old", "new"), [(" -B -c ", " -c "), ('& ";" & GetConfig("PYTHONPATH")', "")])
def test_an_xlwings_that_starts_python_in_another_way_is_refused(old: str, new: str) -> None:
    text = (Path(xlwings.__file__).parent / "xlwings_custom_addin.bas").read_text("cp1252").replace("\r\n", "\n")
    assert old in text
    with pytest.raises(UnknownXlwings):
        only_what_is_needed(text.replace(old, new))
