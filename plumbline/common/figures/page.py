"""What every page with figures is made with: the templates of a folder, and beside them those of the figures."""

from __future__ import annotations

from pathlib import Path

import jinja2

from plumbline.common.figures import style


def environment(templates: Path) -> jinja2.Environment:
    """Templates of HTML, which escape what is put into them; what looks which way in a figure is in `css_light` and `css_dark`."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader([templates, Path(__file__).parent]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"css_light": style.css(dark=False), "css_dark": style.css(dark=True)}
    return made
