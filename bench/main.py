"""All benchmarks, one after the other: `script/bench main`. One JSON object a line."""

from __future__ import annotations

import subprocess
import sys

ALL = ("slo", "pages", "submit", "terms")


def main() -> int:
    """Each in a process of its own, as the role that it needs; the first failure ends it."""
    for name in ALL:
        if code := subprocess.run([sys.executable, "-m", f"bench.{name}", *sys.argv[1:]], check=False).returncode:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
