"""The package build looks for this name; what it builds stands in setup_ext.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from setup_ext import build

build()
