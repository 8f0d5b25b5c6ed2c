"""Reconcile: see ARCHITECTURE.md."""

from workbook.reconcile.stage import Reconcile as Reconcile
