"""The assignment solver on arrays: give each unit to one rep so that the books are in balance, with a proof of how good it is.

It knows nothing of accounts or money: :class:`Problem` holds costs, weights and bands, :func:`solve` answers with a
:class:`Solution` whose ``bound`` no plan under the same rules can beat.
"""

from workbook.territories.solver.problem import Bands as Bands
from workbook.territories.solver.problem import Problem as Problem
from workbook.territories.solver.search import solve as solve
from workbook.territories.solver.state import Effort as Effort
from workbook.territories.solver.state import Solution as Solution
