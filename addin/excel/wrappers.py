"""The VBA function of each FT_ function: values to Python, cells back.

Texts come from Python with a mark before them, so that no text can be taken for an error: ``'Never`` is the text
Never, ``#2036`` the error #NUM!. `addin.excel.calls` is the other end.
"""

from __future__ import annotations

import textwrap
import unicodedata

from addin.excel.vba_project import Module
from roi_engine._version import __version__
from roi_engine.worksheet.catalogue import Function, functions
from roi_engine.worksheet.explained import may_stay_empty

NAME = "FtRoi"
CALLS = "addin.excel.calls"
LONGEST_DESCRIPTION = 255
WHY_NOT = "FT_VERSION"
"""The function that says in words why Python is not there; the others show #NAME?, as for unknown functions."""

_HEAD = f"""Attribute VB_Name = "{NAME}"
Option Explicit

' The FT_ functions of ft-roi {__version__}, one wrapper for each.

Private ft_python As Object
Private ft_failure As String

' What goes to Python: nothing for an argument that is left out, the values of a range, anything else as it is.
Private Function FtSent(Optional ByVal argument As Variant) As Variant
    If IsMissing(argument) Then
        FtSent = Empty
    ElseIf IsObject(argument) Then
        FtSent = FtValues(argument)
    Else
        FtSent = argument
    End If
End Function

' The values of a range, of whole columns down to the last row in use; of several areas none can be told.
Private Function FtValues(ByVal cells As Object) As Variant
    Dim last As Long
    If cells.Areas.Count > 1 Then
        FtValues = CVErr(2015)
    ElseIf cells.Rows.Count < cells.Worksheet.Rows.Count Then
        FtValues = cells.Value2
    Else
        last = cells.Worksheet.UsedRange.Row + cells.Worksheet.UsedRange.Rows.Count - 1
        FtValues = cells.Resize(last).Value2
    End If
End Function

' Calls Python; once more with a new one where the old one has gone.
Private Function FtCalled(ByVal arguments As Variant) As Variant
    Dim attempts As Long
    On Error GoTo failed
again:
    If ft_python Is Nothing Then Set ft_python = XLPy()
    FtCalled = FtShown(ft_python.CallUDF("{CALLS}", "cells", (arguments)))
    ft_failure = ""
    Exit Function
failed:
    ft_failure = Err.Description
    Set ft_python = Nothing
    attempts = attempts + 1
    If attempts < 2 Then Resume again
    FtCalled = CVErr(2029)
End Function

' What the cells show: each element of a row or of rows, or the single value.
Private Function FtShown(ByVal result As Variant) As Variant
    Dim row As Long, column As Long, dimensions As Long
    If Not IsArray(result) Then
        FtShown = FtCell(result)
        Exit Function
    End If
    dimensions = FtDimensions(result)
    For row = LBound(result, 1) To UBound(result, 1)
        If dimensions = 1 Then
            result(row) = FtCell(result(row))
        Else
            For column = LBound(result, 2) To UBound(result, 2)
                result(row, column) = FtCell(result(row, column))
            Next column
        End If
    Next row
    FtShown = result
End Function

Private Function FtDimensions(ByRef values As Variant) As Long
    Dim last As Long
    FtDimensions = 1
    On Error GoTo one
    last = UBound(values, 2)
    FtDimensions = 2
one:
End Function

' A number or TRUE/FALSE is itself. A text has a mark before it: ' for a text, # for the number of an error.
Private Function FtCell(ByVal value As Variant) As Variant
    If VarType(value) <> vbString Then
        FtCell = value
    ElseIf Left$(value, 1) = "#" Then
        FtCell = CVErr(CLng(Mid$(value, 2)))
    Else
        FtCell = Mid$(value, 2)
    End If
End Function
"""


def wrappers_module() -> Module:
    """The module with a wrapper for each function of the catalogue."""
    return Module(NAME, "\n".join([_HEAD, *(wrapper(function) for function in functions().values())]))


def wrapper(function: Function) -> str:
    """The VBA function of a worksheet function."""
    optional = may_stay_empty(function)
    parameters = [
        f"{'Optional ' if argument.name in optional else ''}ByVal {argument.name} As Variant"
        for argument in function.arguments
    ]
    sent = [f'"{function.name}"', *(f"FtSent({argument.name})" for argument in function.arguments)]
    description = ascii_text(function.sentence)[:LONGEST_DESCRIPTION].replace('"', '""')
    lines = [
        *_broken(f"Public Function {function.name}({', '.join(parameters)}) As Variant"),
        f'Attribute {function.name}.VB_Description = "{description}"',
        f'Attribute {function.name}.VB_ProcData.VB_Invoke_Func = " \\n20"',
        *_broken(f"    {function.name} = FtCalled(Array({', '.join(sent)}))"),
    ]
    if function.name == WHY_NOT:
        lines.append(f'    If ft_failure <> "" Then {WHY_NOT} = "Python is not there: " & ft_failure')
    return "\n".join([*lines, "End Function", ""])


def _broken(statement: str) -> list[str]:
    """A statement over several lines where it is long, broken at blanks.

    Names have no blank, so blanks stand between words only.
    """
    lines = textwrap.wrap(
        statement, 110, break_long_words=False, break_on_hyphens=False, subsequent_indent=" " * 8, drop_whitespace=True
    )
    indent = statement[: len(statement) - len(statement.lstrip())]
    lines[0] = indent + lines[0].lstrip()
    return [f"{line} _" for line in lines[:-1]] + lines[-1:]


_SIGNS = str.maketrans({"−": "-", "–": "-", "—": "-", "×": "x", "≥": ">=", "≤": "<=", "→": "->", "’": "'", "…": "..."})


def ascii_text(text: str) -> str:
    """A text with plain letters and signs.

    VBA source has one code page, which is not every computer's.

    >>> ascii_text("1 − r ≥ 0, naïve")
    '1 - r >= 0, naive'
    """
    plain = unicodedata.normalize("NFKD", text.translate(_SIGNS))
    return "".join(each if each.isascii() else "" if unicodedata.combining(each) else "?" for each in plain)
