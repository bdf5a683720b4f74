"""Reports with known truth, made from a seed: for the tests, the benches and the bundled sample.

Nothing here imports `flows.report` (but `accuracy.py`, which measures it): the truth is independent.
"""

from tests.generate.document import Document, Expected, Truth, Value
from tests.generate.generate import document, generate

__all__ = ["Document", "Expected", "Truth", "Value", "document", "generate"]
