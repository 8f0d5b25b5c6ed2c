"""Sections of the review documents: each takes a (scoped) book and gives what the notebook shows.

A section composes nouns of the stages, charts and tables; it computes nothing of its own. Where an input is missing it shows
a note that says which, never a zero.
"""

from workbook.sections.audience import AUDIENCES as AUDIENCES
from workbook.sections.audience import Audience as Audience
from workbook.sections.audience import audience_of as audience_of
