"""Sphinx's configuration: MyST pages, offline, warnings are errors (``make docs``)."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import rnnbench

project = "rnnbench"
author = "The rnnbench developers"
copyright = author
version = release = rnnbench.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "generated",  # tables from the schema and the catalogues, in this folder
]
exclude_patterns = ["_build"]
nitpicky = True
nitpick_ignore_regex = [("py:.*", r"(numpy|np|pandas|pd|collections)\..*")]  # documented elsewhere
autodoc_typehints = "none"  # types stand in the signatures, and many are pandas's

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "pydata_sphinx_theme"
html_title = "rnnbench"
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "logo": {"text": "rnnbench"},
    "header_links_before_dropdown": 6,
    "show_prev_next": True,
    "navigation_with_keys": False,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": {"**": ["page-toc"], "index": []},
}
html_context = {"default_mode": "auto"}
html_sidebars = {"tutorial": [], "glossary": []}
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = False
