"""The sample company: a seeded, synthetic book that tells stories which the notebooks must find."""

from workbook.sample.generator import write_sample

__all__ = ["write_sample"]
