"""Spreadsheets out and in: a rep's account plan template, and what comes back of it. See docs/plans.md.

``templates.write_file`` writes one rep's file, ``collect.collect`` reads files back into plan revisions with every fault named.
"""
