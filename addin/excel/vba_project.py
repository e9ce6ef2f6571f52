"""A VBA project as Excel keeps it in vbaProject.bin: [MS-OVBA], source text only.

The stream _VBA_PROJECT says that no compiled code is cached (version 0xFFFF, 2.3.4.1), so that Excel compiles the
source when it opens the file. xlwings' own sample add-ins are kept the same way.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from addin.excel.compound_file import compound_file
from addin.excel.compression import compress

CODE_PAGE = "cp1252"
LONGEST_LINE, MOST_CONTINUATIONS = 1023, 24
"""What the VBA editor allows: characters in a line, and lines that one statement goes on for."""
WORKBOOK_CLASS, SHEET_CLASS = "00020819-0000-0000-C000-000000000046", "00020820-0000-0000-C000-000000000046"
CLASS_CLASS = "FCFB3D2A-A0FA-1068-A738-08002B3371B5"
"""What Excel bases a class module on."""

_REFERENCES = {
    "stdole": r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation",
    "Office": r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#"
    r"C:\Program Files\Common Files\Microsoft Shared\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library",
}


@dataclass(frozen=True)
class Module:
    """A module: its name and source text, attributes included."""

    name: str
    source: str
    kind: Literal["module", "class", "document"] = "module"

    def packed(self) -> bytes:
        """The source as a compressed stream.

        Raises `ValueError` where the VBA editor would not take it.
        """
        continued = 0
        for number, line in enumerate(self.source.splitlines(), 1):
            continued = continued + 1 if line.endswith(" _") else 0
            if len(line) > LONGEST_LINE or continued > MOST_CONTINUATIONS:
                raise ValueError(f"{self.name}, line {number}: longer than a VBA statement may be")
        return compress("\r\n".join([*self.source.splitlines(), ""]).encode(CODE_PAGE))


def document_module(name: str, document_class: str) -> Module:
    """The module of the workbook or of a sheet, without code."""
    attributes = {
        "Name": f'"{name}"',
        "Base": f'"0{{{document_class}}}"',
        "GlobalNameSpace": False,
        "Creatable": False,
        "PredeclaredId": True,
        "Exposed": True,
        "TemplateDerived": False,
        "Customizable": True,
    }
    return Module(name, "".join(f"Attribute VB_{key} = {value}\n" for key, value in attributes.items()), "document")


def class_module(name: str, exported: str) -> Module:
    """A class as a project holds it, from the text of its exported file.

    An exported file has a head that a project lacks, and lacks what a project says of every class: what it is based on,
    and that it comes from no template.
    """
    lines = exported[exported.index("Attribute VB_Name") :].splitlines()
    last = max(at for at, line in enumerate(lines) if line.startswith("Attribute VB_Exposed"))
    about = ["Attribute VB_TemplateDerived = False", "Attribute VB_Customizable = False"]
    base = f'Attribute VB_Base = "0{{{CLASS_CLASS}}}"'
    return Module(name, "\n".join([lines[0], base, *lines[1 : last + 1], *about, *lines[last + 1 :]]) + "\n", "class")


def vba_project(name: str, modules: Sequence[Module]) -> bytes:
    """The bytes of vbaProject.bin; the same bytes for the same modules."""
    streams = {module.name: module.packed() for module in modules}
    return compound_file(
        {
            "VBA": {
                "_VBA_PROJECT": bytes.fromhex("cc61ffff000100"),
                "dir": compress(_directory(name, modules)),
                **streams,
            },
            "PROJECT": _project(name, modules).encode(CODE_PAGE),
            "PROJECTwm": _names(modules),
        }
    )


def _record(number: int, content: bytes) -> bytes:
    return struct.pack("<HI", number, len(content)) + content


def _twice(first: int, second: int, text: str) -> bytes:
    """A text in the code page and in Unicode, as the directory has most of them."""
    return _record(first, text.encode(CODE_PAGE)) + _record(second, text.encode("utf-16-le"))


def _directory(name: str, modules: Sequence[Module]) -> bytes:
    """The dir stream (2.3.4.2): the project, its references, its modules."""
    return b"".join([*_project_information(name), *_references(), *_module_records(modules)])


def _project_information(name: str) -> Iterator[bytes]:
    yield _record(0x01, struct.pack("<I", 1))  # PROJECTSYSKIND: Windows
    yield _record(0x02, struct.pack("<I", 0x409))  # PROJECTLCID
    yield _record(0x14, struct.pack("<I", 0x409))  # PROJECTLCIDINVOKE
    yield _record(0x03, struct.pack("<H", 1252))  # PROJECTCODEPAGE
    yield _record(0x04, name.encode(CODE_PAGE))  # PROJECTNAME
    yield _twice(0x05, 0x40, "")  # PROJECTDOCSTRING
    yield _twice(0x06, 0x3D, "")  # PROJECTHELPFILEPATH
    yield _record(0x07, struct.pack("<I", 0))  # PROJECTHELPCONTEXT
    yield _record(0x08, struct.pack("<I", 0))  # PROJECTLIBFLAGS
    yield struct.pack("<HIIH", 0x09, 4, 1, 1)  # PROJECTVERSION, whose size counts the major number alone
    yield _twice(0x0C, 0x3C, "")  # PROJECTCONSTANTS


def _references() -> Iterator[bytes]:
    for name, library in _REFERENCES.items():
        yield _twice(0x16, 0x3E, name)  # REFERENCENAME
        content = library.encode(CODE_PAGE)
        yield _record(0x0D, struct.pack("<I", len(content)) + content + bytes(6))  # REFERENCEREGISTERED


def _module_records(modules: Sequence[Module]) -> Iterator[bytes]:
    yield _record(0x0F, struct.pack("<H", len(modules)))  # PROJECTMODULES
    yield _record(0x13, struct.pack("<H", 0xFFFF))  # PROJECTCOOKIE
    for module in modules:
        yield _twice(0x19, 0x47, module.name)  # MODULENAME, MODULENAMEUNICODE
        yield _twice(0x1A, 0x32, module.name)  # MODULESTREAMNAME
        yield _twice(0x1C, 0x48, "")  # MODULEDOCSTRING
        yield _record(0x31, struct.pack("<I", 0))  # MODULEOFFSET: the source begins the stream
        yield _record(0x1E, struct.pack("<I", 0))  # MODULEHELPCONTEXT
        yield _record(0x2C, struct.pack("<H", 0xFFFF))  # MODULECOOKIE
        yield _record(0x21 if module.kind == "module" else 0x22, b"")  # MODULETYPE
        yield _record(0x2B, b"")
    yield _record(0x10, b"")


def _project(name: str, modules: Sequence[Module]) -> str:
    """The PROJECT stream (2.3.1), in lines."""
    identifier = "{" + str(uuid5(NAMESPACE_URL, f"vba:{name}")).upper() + "}"
    words = {"document": "Document={}/&H00000000", "class": "Class={}", "module": "Module={}"}
    lines = [
        f'ID="{identifier}"',
        *(words[module.kind].format(module.name) for module in modules),
        f'Name="{name}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{_encrypted(bytes(4), identifier)}"',  # ProjectProtectionState: none
        f'DPB="{_encrypted(bytes(1), identifier)}"',  # ProjectPassword: none
        f'GC="{_encrypted(bytes([0xFF]), identifier)}"',  # ProjectVisibilityState: visible
        "",
        "[Host Extender Info]",
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
        "",
        "[Workspace]",
        *(f"{module.name}=0, 0, 0, 0, C" for module in modules),
        "",
    ]
    return "\r\n".join(lines)


def _encrypted(data: bytes, identifier: str, seed: int = 0) -> str:
    """Data Encryption (2.4.3.2): made hard to read, not secret; the seed is any byte."""
    version, key = 2, sum(identifier.encode()) & 0xFF
    written = [seed, seed ^ version, seed ^ key]
    plain, before, last = key, written[2], written[1]
    ignored = (seed & 6) // 2
    for byte in [*([7] * ignored), *struct.pack("<I", len(data)), *data]:
        encrypted = byte ^ (last + plain & 0xFF)
        last, before, plain = before, encrypted, byte
        written.append(encrypted)
    return bytes(written).hex().upper()


def _names(modules: Sequence[Module]) -> bytes:
    """The PROJECTwm stream (2.3.3): each name in the code page and in Unicode."""
    both = (f"{module.name}\0".encode(CODE_PAGE) + f"{module.name}\0".encode("utf-16-le") for module in modules)
    return b"".join(both) + b"\0\0"
