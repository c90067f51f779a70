"""``python -m pithbundle``: the same as the command ``pithbundle``."""

import sys

from pithbundle.cli.main import main

sys.exit(main())
