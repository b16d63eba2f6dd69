"""What a sandbox is told when it starts."""

from __future__ import annotations

from msgspec import Struct, field

CHANNEL = "CDISFR"


class Settings(Struct, frozen=True):
    """How the sandbox behaves where nothing goes wrong; times in seconds of its own clock."""

    sellers: tuple[str, ...] = ("10001",)
    channels: tuple[str, ...] = (CHANNEL,)
    seed: int = 1
    orders: int = 12
    token_seconds: int = 7200
    tokens_per_hour: int = 500
    payment_seconds: int = 5  # Accepted until InPreparation
    delivery_seconds: int = 86_400  # Shipped until Delivered
    cancelling_seconds: int = 5  # CancelRequest until Cancelled
    pending_seconds: int = 1  # Ready until IntegrationPending
    integration_seconds: int = 3  # Ready until Integrated
    unfinished_seconds: int = 6 * 3600  # until a package that is not Ready expires
    results_seconds: int = 3 * 86_400  # that results are kept
    reasons: tuple[str, ...] = field(default=("seller-out-of-stock", "buyer-request", "other"))
