"""Modules that are held as texts, imported as from the files of a folder.

This file stands at the end of what xlwings Lite runs; nothing is written to a disk, and nothing is unpacked.
"""

import io
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import ExecutionLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import ModuleType


class TextModules(MetaPathFinder, ExecutionLoader):
    """Finds and loads the modules.

    files : the text of each file by its path, such as ``package/module.py``.
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """How a module is loaded; None where it is none of these."""
        return spec_from_loader(fullname, self) if self.get_filename(fullname) else None

    def get_filename(self, fullname: str) -> str:
        """The path of a module's file; empty where there is none."""
        folder = fullname.replace(".", "/")
        return next((file for file in (f"{folder}.py", f"{folder}/__init__.py") if file in self.files), "")

    def is_package(self, fullname: str) -> bool:
        """Whether a module holds others."""
        return self.get_filename(fullname).endswith("/__init__.py")

    def get_source(self, fullname: str) -> str:
        """The text of a module; a traceback shows its lines too."""
        return self.files[self.get_filename(fullname)]

    def get_resource_reader(self, fullname: str) -> "TextFiles":
        """What reads the tables that lie beside a package's modules."""
        return TextFiles(self.files, fullname.replace(".", "/"))


class TextFiles:
    """The files of a package that are no modules."""

    def __init__(self, texts: Mapping[str, str], folder: str) -> None:
        self.texts, self.folder = texts, folder

    def open_resource(self, resource: str) -> io.BytesIO:
        """The bytes of a file."""
        return io.BytesIO(self.texts[f"{self.folder}/{resource}"].encode())


def import_from(files: Mapping[str, str]) -> None:
    """Lets Python import these modules, before others of their names."""
    sys.meta_path.insert(0, TextModules(files))
