"""Names that C takes and a format does not: refused before anything is written, with a way out."""

from __future__ import annotations

import pytest

from plumbline.common.errors import UsageError
from plumbline.convert.export.exported import Package
from plumbline.convert.export.formats import formats


@pytest.mark.parametrize(
    ("format_name", "name"),
    [("arduino", "arduino_classifier"), ("arduino", "a" * 64), ("cmake", "test"), ("cmake", "install")],
)
def test_a_name_that_the_format_s_tools_refuse(format_name: str, name: str) -> None:
    with pytest.raises(UsageError, match=f"called {name}") as refused:
        formats()[format_name].files(Package(name, (), "1.0.0", "Plumbline 0"))
    assert "--name" in refused.value.hint
