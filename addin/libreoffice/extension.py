"""The extension for LibreOffice, an .oxt file: the catalogue as a Calc add-in.

A zip of: the interface of the add-in (a method per function), its configuration (names, descriptions, parameter
help), the component with its two modules, and settings that say which interpreter built it.
"""

from __future__ import annotations

import json
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import roi_engine
from addin.libreoffice.calculator import binary_kind
from roi_engine._version import __version__
from roi_engine.worksheet.catalogue import Function, functions
from roi_engine.worksheet.explained import argument_help
from templates.xlsx.zip_package import zipped

IDENTIFIER = "org.ftroi.libreoffice"
IMPLEMENTATION = "org.ftroi.Functions"
SERVICES = ("com.sun.star.sheet.AddIn", IMPLEMENTATION)
OLDEST_OFFICE = "25.2"
MODULES = ("component.py", "calculator.py", "worker.py")
SUMMARY = "FT_ functions: what a fine-tuned model costs and returns, in the cells of a spreadsheet."

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def extension_parts(interpreter: str = sys.executable, libraries: Sequence[str] | None = None) -> dict[str, str]:
    """The files of the extension by name.

    interpreter : the Python of its worker.
    libraries : folders from which LibreOffice's own Python may import, if it loads the same binaries; those of this
        Python when left out.
    """
    here = Path(__file__).parent
    return {
        "META-INF/manifest.xml": _manifest(),
        "description.xml": _description(),
        "summary.txt": SUMMARY + "\n",
        "functions.idl": _interface(),
        "functions.components": _components(),
        "CalcAddIns.xcu": _configuration(),
        "settings.json": json.dumps(_settings(interpreter, libraries), indent=1) + "\n",
        **{name: (here / name).read_text("utf-8") for name in MODULES},
    }


def build_extension(interpreter: str = sys.executable) -> bytes:
    """The extension as the bytes of an .oxt file; the same bytes each time."""
    return zipped(extension_parts(interpreter))


def unpack_extension(folder: Path, interpreter: str = sys.executable, libraries: Sequence[str] | None = None) -> None:
    """Writes the files into a folder of bundled extensions, for a run of soffice."""
    for name, text in extension_parts(interpreter, libraries).items():
        path = folder / "ft-roi" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def method_name(function: str) -> str:
    """The name of a function's method, without the underscore.

    An identifier of the interface language has none.

    >>> method_name("FT_NETROI")
    'ftnetroi'
    """
    return function.replace("_", "").lower()


RESERVED = frozenset({
    "any", "attribute", "boolean", "bound", "byte", "char", "const", "constants", "constrained", "context", "default",
    "double", "enum", "exception", "float", "get", "hyper", "in", "inout", "interface", "long", "maybeambiguous",
    "maybedefault", "maybevoid", "module", "oneway", "optional", "out", "property", "published", "raises", "readonly",
    "removable", "sequence", "service", "set", "short", "singleton", "string", "struct", "transient", "type",
    "typedef", "union", "unsigned", "void",
})  # fmt: skip
"""Words of UNO's language for interfaces, which name no argument."""


def _identifier(name: str) -> str:
    first, *others = name.split("_")
    word = first + "".join(map(str.capitalize, others))
    return f"{word}Wanted" if word in RESERVED else word


def _settings(interpreter: str, libraries: Sequence[str] | None) -> dict[str, object]:
    folder = str(Path(roi_engine.__file__).parents[1])
    if libraries is None:
        packages = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
        libraries = [folder, *(path for path in sys.path if path in packages and path != folder)]
    return {
        "engine": __version__,
        "interpreter": interpreter,
        "folder": folder,
        "libraries": list(libraries),
        "binaries": binary_kind(),
        "methods": {method_name(name): name for name in functions()},
        "tables": [name for name, function in functions().items() if function.result.kind == "table"],
    }


def _manifest() -> str:
    kinds = {
        "functions.idl": "application/vnd.sun.star.uno-typelibrary;type=RDB",
        "functions.components": "application/vnd.sun.star.uno-components",
        "CalcAddIns.xcu": "application/vnd.sun.star.configuration-data",
    }
    entries = "".join(
        f" <manifest:file-entry manifest:full-path={quoteattr(path)} manifest:media-type={quoteattr(kind)}/>\n"
        for path, kind in kinds.items()
    )
    return f'{_XML}<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">\n{entries}</manifest:manifest>\n'


def _description() -> str:
    return f"""{_XML}<description xmlns="http://openoffice.org/extensions/description/2006"
 xmlns:l="http://libreoffice.org/extensions/description/2011" xmlns:xlink="http://www.w3.org/1999/xlink">
 <identifier value="{IDENTIFIER}"/>
 <version value="{__version__}"/>
 <dependencies>
  <l:LibreOffice-minimal-version l:name="LibreOffice {OLDEST_OFFICE}" value="{OLDEST_OFFICE}"/>
 </dependencies>
 <display-name><name lang="en">FT ROI</name></display-name>
 <extension-description><src lang="en" xlink:href="summary.txt"/></extension-description>
</description>
"""


def _interface() -> str:
    methods = "".join(
        f"  {_result(function)} {method_name(name)}({_parameters(function)});\n"
        for name, function in functions().items()
    )
    return f"module org {{ module ftroi {{\n interface XFunctions {{\n{methods} }};\n}}; }};\n"


def _result(function: Function) -> str:
    return "sequence< sequence< any > >" if function.result.kind == "table" else "any"


def _parameters(function: Function) -> str:
    return ", ".join(f"[in] any {_identifier(argument.name)}" for argument in function.arguments)


def _components() -> str:
    services = "".join(f'   <service name="{name}"/>\n' for name in SERVICES)
    return f"""{_XML}<components xmlns="http://openoffice.org/2010/uno-components">
 <component loader="com.sun.star.loader.Python" uri="component.py">
  <implementation name="{IMPLEMENTATION}">
{services}  </implementation>
 </component>
</components>
"""


def _configuration() -> str:
    nodes = "".join(_function_node(function) for function in functions().values())
    return f"""{_XML}<oor:component-data oor:name="CalcAddIns" oor:package="org.openoffice.Office"
 xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<node oor:name="AddInInfo"><node oor:name="{IMPLEMENTATION}" oor:op="replace"><node oor:name="AddInFunctions">
{nodes}</node></node></node>
</oor:component-data>
"""


def _function_node(function: Function) -> str:
    texts = {"DisplayName": function.name, "Description": function.sentence, "CompatibilityName": function.name}
    parameters = "".join(
        _node(
            _identifier(argument.name), {"DisplayName": argument.name, "Description": argument_help(function, argument)}
        )
        for argument in function.arguments
    )
    category = '<prop oor:name="Category"><value>Add-In</value></prop>'
    return _node(method_name(function.name), texts, f'{category}\n<node oor:name="Parameters">\n{parameters}</node>')


def _node(name: str, texts: Mapping[str, str], more: str = "") -> str:
    return f'<node oor:name={quoteattr(name)} oor:op="replace">{"".join(_localised(texts))}{more}</node>\n'


def _localised(texts: Mapping[str, str]) -> Iterator[str]:
    for name, text in texts.items():
        yield f'<prop oor:name="{name}"><value xml:lang="en">{escape(text)}</value></prop>'
