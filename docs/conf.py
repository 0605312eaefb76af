"""How Sphinx builds these pages. They are plain Markdown: what a repository browser does not need is added here, while they are read.

The sources are the whole checkout, because pages link README and its neighbours, and files of code.
"""

from __future__ import annotations

import posixpath
import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.doc_tables import TABLES  # noqa: E402  (the checkout is in reach only now)

project = "Plumbline"
author = "the authors of Plumbline"
copyright = f"{author}, Apache-2.0"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**"]
exclude_patterns = [".*", "build", "docs/ci", "docs/site", *(f"{each.name}" for each in ROOT.iterdir() if each.is_dir() and each.name != "docs")]
myst_heading_anchors = 4
highlight_language = "none"
html_theme = "furo"
html_title = "Plumbline"
html_static_path = ["site"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False

CAPTION = re.compile(r"^## (.+)$", re.MULTILINE)
PAGE = re.compile(r"^- \[([^\]]+)\]\(([\w./-]+)\.md\)", re.MULTILINE)
TABLE = re.compile(r"^<!-- table: ([\w-]+) -->$", re.MULTILINE)


def contents(index: str) -> str:
    """The side bar's entries, from the lists of links in the first page: one group for each of its headings."""
    pieces = CAPTION.split(index)[1:]
    groups = [(caption, PAGE.findall(text)) for caption, text in zip(pieces[::2], pieces[1::2], strict=True)]
    listed = ((caption, "\n".join(f"{title} </{posixpath.normpath(f'docs/{page}')}>" for title, page in pages)) for caption, pages in groups if pages)
    return "".join("\n```{{toctree}}\n:hidden:\n:caption: {}\n\n{}\n```\n".format(*each) for each in listed)


def complete(app: Sphinx, page: str, source: list[str]) -> None:
    """Put the tables that the code makes in their places, and the side bar behind the first page."""
    source[0] = TABLE.sub(lambda found: TABLES[found[1]](), source[0])
    if page == root_doc:
        source[0] += contents(source[0])


def lead_in(app: Sphinx, error: Exception | None) -> None:
    """The site begins in a folder of its own; whoever opens the one above is led there."""
    (Path(app.outdir) / "index.html").write_text(
        f'<!doctype html><meta http-equiv="refresh" content="0; url={root_doc}.html"><title>{project}</title>\n'
    )


def setup(app: Sphinx) -> None:
    app.connect("source-read", complete)
    app.connect("build-finished", lead_in)
