"""What the compiler of this machine sees of a source, by its own preprocessor."""

from __future__ import annotations

import shutil

import pytest

from tests.support.conditionals import compiled_here

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")


def test_only_the_branches_that_are_compiled_stay() -> None:
    source = """#include <stdint.h>
#if defined(__ARM_FEATURE_DSP)
#define DSP 1
#else
#define DSP 0
#endif
#define TWICE(x) \\
    ((x) * 2)
#if DSP
int a; // the chip's
#if 1
int b;
#endif
#endif
#if !DSP
int c = TWICE(1);
#ifdef NEVER
int d;
#elif TWICE(1) == 2
int e;
#endif
#endif
"""
    assert compiled_here(source).splitlines() == [
        "#include <stdint.h>",
        "#define DSP 0",
        "#define TWICE(x) \\",
        "    ((x) * 2)",
        "int c = TWICE(1);",
        "int e;",
    ]
