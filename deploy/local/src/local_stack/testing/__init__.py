"""What tests of the whole system are written with: an office at work, and what a stack holds behind its edge."""

from local_stack.testing.broker_view import BrokerView, Letter
from local_stack.testing.office import Office
from local_stack.testing.records import Records

__all__ = ["BrokerView", "Letter", "Office", "Records"]
