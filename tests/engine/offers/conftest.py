"""Offers written by hand, as the columns that the mapping would hand over."""

from datetime import datetime

import pytest
from conformance.desk import LAMP, Desk, Row, open_desk


@pytest.fixture(scope="session")
def desk() -> Desk:
    return open_desk()


@pytest.fixture
def lamp() -> Row:
    """An offer with all that a channel requires and nothing else."""
    return LAMP


@pytest.fixture
def sale() -> Row:
    """The attributes of a seasonal sale: from 25 June 08:00 to 23 July 00:00 on French clocks."""
    return {
        "DiscountComponentStartDate": datetime.fromisoformat("2025-06-25T06:00:00+00:00"),
        "DiscountComponentEndDate": datetime.fromisoformat("2025-07-22T22:00:00+00:00"),
        "DiscountComponentSalesReferencePrice": "19.90",
        "DiscountComponentDiscountValue": 20,
    }
