"""Documents at speed: from a book and its notebooks to one executed notebook, HTML and PDF per node, and an index page.

Light to import: papermill loads the ``warm`` engine of this package at every start. Import from the modules.
"""
