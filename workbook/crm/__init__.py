"""Imports: a CRM export into the book's tables by a mapping, which is a folder of SQL files, one per table."""
