"""Lets the modules that are pure Python be tested without the native one: as a package with nothing in it but them."""

from __future__ import annotations

import sys
import types
from pathlib import Path

PYTHON = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PYTHON))
try:
    import sostenuto  # noqa: F401
except ImportError:
    for name in [name for name in sys.modules if name.split(".")[0] == "sostenuto"]:
        del sys.modules[name]
    package = types.ModuleType("sostenuto")
    package.__path__ = [str(PYTHON / "python" / "sostenuto")]
    sys.modules["sostenuto"] = package
