"""The documentation site: ``make docs`` builds it, offline, and treats every warning as an error.

The source folder is the project's root, so that links between pages lead somewhere on disk too.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))

import derivative_table
import formulas
import reference

import autograd_mini

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "autograd_mini"
author = "the autograd_mini authors"
release = version = autograd_mini.__version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]

root_doc = "docs/index"
include_patterns = ["docs/**.md", "tutorials/*.md", "tutorials/*.py", "CHANGELOG.md", "CONTRIBUTING.md"]
default_role = "literal"  # what stands in single backticks in a docstring
html_theme = "furo"
html_title = f"autograd_mini {release}"
html_additional_pages = {"index": "redirect.html"}  # the first page stands in docs/
templates_path = ["templates"]
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_show_search_summary = False  # it would fetch pages, which a browser refuses where they are files

myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
html_math_renderer = "mathml"

nb_custom_formats = {".py": ["jupytext.reads", {"fmt": "py:percent"}]}
nb_execution_mode = "auto"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 60
nb_output_stderr = "error"
nb_merge_streams = True
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # else a page would ask the network for them
nb_mime_priority_overrides = [("html", "image/gif", 15)]

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # a docstring says what it takes, in words
napoleon_use_ivar = True
napoleon_use_rtype = False


def setup(app: Sphinx) -> None:
    """Our own directives, and formulas that need no script."""
    app.add_directive("command-line", reference.CommandLine)
    app.add_directive("derivative-table", derivative_table.DerivativeTable)
    app.add_directive("public-names", reference.PublicNames)
    app.add_html_math_renderer("mathml", (formulas.inline, None), (formulas.block, None))
