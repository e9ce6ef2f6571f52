"""The add-in's VBA at work: LibreOffice runs the very wrappers that ship, with a class in the place of Python."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from addin.excel.package import addin_package
from addin.excel.vba_project import SHEET_CLASS, WORKBOOK_CLASS, Module, document_module, vba_project
from addin.excel.wrappers import wrappers_module
from tests.listening_office import run_script

SCRIPT = Path(__file__).with_name("run_vba.py")
SYSTEM_PYTHON = "/usr/bin/python3"

START = """Attribute VB_Name = "Start"
Option Explicit
Public Function XLPy() As Object
    Set XLPy = New Stub
End Function
"""

# What the wrappers send is shown: its kind and value, or the corners of a range.
STUB = """Attribute VB_Name = "Stub"
Attribute VB_Base = "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"
Attribute VB_GlobalNameSpace = False
Attribute VB_Creatable = False
Attribute VB_PredeclaredId = False
Attribute VB_Exposed = False
Option Explicit
Public Function CallUDF(ByVal module As String, ByVal name As String, ByVal arguments As Variant) As Variant
    Dim text As String, number As Long
    If arguments(0) = "FT_TRAINCOST" Then
        If IsArray(arguments(1)) Then
            CallUDF = arguments(1)(1, 1) + arguments(1)(2, 1)
        ElseIf arguments(1) < 0 Then
            CallUDF = "#2036"
        Else
            CallUDF = arguments(1) * arguments(2)
        End If
        Exit Function
    End If
    text = "'" & module & "." & name & " " & arguments(0)
    For number = 1 To UBound(arguments)
        If IsEmpty(arguments(number)) Then
            text = text & " -"
        ElseIf IsArray(arguments(number)) Then
            text = text & " " & UBound(arguments(number), 1) & "x" & UBound(arguments(number), 2)
        Else
            text = text & " " & arguments(number)
        End If
    Next number
    CallUDF = text
End Function
"""


def write_probe(path: Path) -> None:
    """A workbook with the add-in's wrappers, and the stub where xlwings starts Python."""
    documents = document_module("ThisWorkbook", WORKBOOK_CLASS), document_module("Sheet1", SHEET_CLASS)
    stand_in = Module("Stub", STUB, "class"), Module("Start", START)
    content = addin_package({"a probe": "yes"}, vba_project("Probe", [*documents, *stand_in, wrappers_module()]))
    with zipfile.ZipFile(io.BytesIO(content)) as addin, zipfile.ZipFile(path, "w") as probe:
        for name in addin.namelist():
            probe.writestr(name, addin.read(name).replace(b"excel.addin.macroEnabled", b"excel.sheet.macroEnabled"))


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_the_wrappers_run(tmp_path: Path) -> None:
    probe = tmp_path / "probe.xlsm"
    write_probe(probe)
    expected = {
        "=FT_TRAINCOST(24;1.5)": "36",
        "=FT_TRAINCOST(A1;1.5)": "36",
        "=FT_TRAINCOST(A1:A2;1.5)": "26",
        "=FT_TRAINCOST(-1;1.5)": "Error 2036",  # as LibreOffice shows what CVErr gives; Excel shows #NUM!
        "=FT_TRAINCOST(24;1.5)+1": "37",
        "=FT_VERSION()": "addin.excel.calls.cells FT_VERSION -",
        "=FT_CHECK(A1:B2)": "addin.excel.calls.cells FT_CHECK 2x2",
        "=FT_NPV(0.1;A1:B2)": f"addin.excel.calls.cells FT_NPV 0.1 2x2{' -' * 10}",
        "=FT_APICOST(1;2)": "addin.excel.calls.cells FT_APICOST 1 2 -",
        "=FT_APICOST(1;2;3)": "addin.excel.calls.cells FT_APICOST 1 2 3",
        "=FT_APICOST(1;2;A3)": "addin.excel.calls.cells FT_APICOST 1 2 -",
        "=FT_APICOST(A1;A1:A1;A1:B1)": "addin.excel.calls.cells FT_APICOST 24 24 1x2",
        "=FT_NOTHING(1)": "#NAME?",
    }
    asked = {
        "cells": {"A1": 24, "A2": 2},
        "formulas": {f"E{row}": formula for row, formula in enumerate(expected, start=1)},
    }
    assert json.loads(run_script(SCRIPT, probe, asked)) == expected
