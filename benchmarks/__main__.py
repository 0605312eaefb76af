"""`python -m benchmarks` prints every table; `python -m benchmarks.NAME` prints one."""

from __future__ import annotations

from benchmarks import cores, elementwise, emulated_nano, engines, line, load, training, yardstick
from plumbline.common.ending import run


def main() -> int:
    for benchmark in (training, engines, line, yardstick, elementwise, cores, emulated_nano, load):
        benchmark.main()
        print()
    return 0


if __name__ == "__main__":
    run(main)
