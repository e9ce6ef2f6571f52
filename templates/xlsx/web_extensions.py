"""The web extensions of a package: Office.js add-ins that a document carries.

An add-in keeps properties, each a text of JSON by a name (MS-OWEXML 2.2.7, 2.3.1).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import quoteattr

from templates.xlsx.namespaces import DOCUMENT_RELATIONSHIPS
from templates.xlsx.untrusted_package import Package
from templates.xlsx.xml_parts import DECLARATION

TASK_PANES_RELATIONSHIP = "http://schemas.microsoft.com/office/2011/relationships/webextensiontaskpanes"
EXTENSION_RELATIONSHIP = "http://schemas.microsoft.com/office/2011/relationships/webextension"
TASK_PANES_TYPE = "application/vnd.ms-office.webextensiontaskpanes+xml"
EXTENSION_TYPE = "application/vnd.ms-office.webextension+xml"
FUNCTION_PREFIX = "_xldudf_"
"""What a stored formula has before the name of a function that such an add-in gives it."""
_EXTENSION = "http://schemas.microsoft.com/office/webextensions/webextension/2010/11"
_TASK_PANES = "http://schemas.microsoft.com/office/webextensions/taskpanes/2010/11"


@dataclass(frozen=True)
class WebExtension:
    """An add-in that a package carries.

    part : the name of its part.
    store : its number in Microsoft's store, in small letters; empty where it is from elsewhere.
    properties : as they are stored, by their names.
    """

    part: str
    store: str
    properties: Mapping[str, str]


def web_extensions(package: Package) -> list[WebExtension]:
    """The add-ins that a package carries."""
    panes = package.part_of_kind("", "webextensiontaskpanes")
    related = package.relationships(panes).values() if panes in package else ()
    parts = [each.target for each in related if each.kind == "webextension" and not each.external]
    return [_web_extension(package, part) for part in parts if part in package]


def _web_extension(package: Package, part: str) -> WebExtension:
    store = [""]
    properties: dict[str, str] = {}

    def reference(attributes: dict[str, str]) -> None:
        if attributes.get("storeType", "").upper() == "OMEX":
            store[0] = attributes.get("id", "").lower()

    def kept(attributes: dict[str, str]) -> None:
        properties.setdefault(attributes.get("name", ""), attributes.get("value", ""))

    starts = {"reference": reference, "properties/property": kept}
    package.stream_below(part, "webextension", starts, spaces=(_EXTENSION,))
    return WebExtension(part, store[0], properties)


def property_text(value: str) -> str:
    """The text that a stored property is; empty where it is none.

    >>> property_text('"one two"'), property_text("5"), property_text("{")
    ('one two', '', '')
    """
    try:
        text = json.loads(value)
    except (ValueError, RecursionError):
        return ""
    return text if isinstance(text, str) else ""


def extension_xml(store: str, version: str, part: str, properties: Mapping[str, str]) -> str:
    """The part of an add-in from Microsoft's store.

    store : its number there.
    version : of the add-in.
    part : the name of the part, from which its identifier is made.
    properties : what it keeps, as they are stored: texts of JSON by their names.
    """
    identifier = f"{{{uuid5(NAMESPACE_URL, f'{store}/{part}')}}}".upper()
    kept = "".join(
        f"<we:property name={quoteattr(name)} value={quoteattr(value)}/>" for name, value in properties.items()
    )
    return (
        f'{DECLARATION}<we:webextension xmlns:we="{_EXTENSION}" id={quoteattr(identifier)}>'
        f'<we:reference id={quoteattr(store)} version={quoteattr(version)} store="en-US" storeType="OMEX"/>'
        f"<we:alternateReferences/><we:properties>{kept}</we:properties><we:bindings/>"
        f'<we:snapshot xmlns:r="{DOCUMENT_RELATIONSHIPS}"/></we:webextension>'
    )


def task_panes_xml(*relationships: str) -> str:
    """The part of task panes, one for each add-in, closed until somebody opens it.

    relationships : their numbers, such as rId1.
    """
    panes = "".join(
        '<wetp:taskpane dockstate="right" visibility="0" width="350" row="0">'
        f'<wetp:webextensionref xmlns:r="{DOCUMENT_RELATIONSHIPS}" r:id={quoteattr(each)}/></wetp:taskpane>'
        for each in relationships
    )
    return f'{DECLARATION}<wetp:taskpanes xmlns:wetp="{_TASK_PANES}">{panes}</wetp:taskpanes>'
