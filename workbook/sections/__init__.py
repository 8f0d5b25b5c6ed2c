"""Sections of the review documents: each takes a (scoped) book and gives what the notebook shows.

A section composes nouns of the stages, charts and tables; it computes nothing of its own. Where an input is missing it shows
a note that says which, never a zero.
"""

from workbook.sections.accounts import class_mix as class_mix
from workbook.sections.accounts import engagement as engagement
from workbook.sections.accounts import integrity as integrity
from workbook.sections.accounts import key_account_cards as key_account_cards
from workbook.sections.accounts import overdue as overdue
from workbook.sections.accounts import portfolio_table as portfolio_table
from workbook.sections.accounts import whitespace as whitespace
from workbook.sections.audience import AUDIENCES as AUDIENCES
from workbook.sections.audience import Audience as Audience
from workbook.sections.audience import audience_of as audience_of
from workbook.sections.calendar import calendar as calendar
from workbook.sections.changes import changes as changes
from workbook.sections.contents import company_title as company_title
from workbook.sections.contents import history_reach as history_reach
from workbook.sections.contents import rules_in_force as rules_in_force
from workbook.sections.contents import tables_overview as tables_overview
from workbook.sections.frame import footer as footer
from workbook.sections.frame import open_company as open_company
from workbook.sections.frame import open_for as open_for
from workbook.sections.frame import show as show
from workbook.sections.frame import title as title
from workbook.sections.headline import headline as headline
from workbook.sections.headline import summary as summary
from workbook.sections.nodes import nodes_chart as nodes_chart
from workbook.sections.nodes import nodes_table as nodes_table
from workbook.sections.nodes import tree_table as tree_table
from workbook.sections.planning import actions_due as actions_due
from workbook.sections.planning import plan_cards as plan_cards
from workbook.sections.planning import plan_changes as plan_changes
from workbook.sections.planning import plan_quality as plan_quality
from workbook.sections.planning import plan_status as plan_status
from workbook.sections.quality import completeness as completeness
from workbook.sections.quality import completeness_by_rep as completeness_by_rep
from workbook.sections.quality import faults as faults
from workbook.sections.quality import faults_by_table as faults_by_table
from workbook.sections.reconciliation import bridge as bridge
from workbook.sections.reconciliation import coverage as coverage
from workbook.sections.reconciliation import odds as odds
from workbook.sections.reconciliation import odds_basis as odds_basis
from workbook.sections.reconciliation import reconciliation as reconciliation
from workbook.sections.risks import check_list as check_list
from workbook.sections.risks import concentration as concentration
from workbook.sections.risks import leavers as leavers
from workbook.sections.risks import questions as questions
from workbook.sections.sales import pipeline as pipeline
from workbook.sections.sales import pipeline_table as pipeline_table
from workbook.sections.sales import product_mix as product_mix
from workbook.sections.sales import sales_against_target as sales_against_target
from workbook.sections.sales import top_accounts as top_accounts
from workbook.sections.territory import explained_target as explained_target
from workbook.sections.territory import territory_health as territory_health
