"""What makes Excel repair or refuse a workbook file.

Schema validators do not see it: see docs/package-check.md.
"""

from templates.package_check.check import MOST_FINDINGS, check_package
from templates.package_check.finding import PackageFinding

__all__ = ["MOST_FINDINGS", "PackageFinding", "check_package"]
