"""Rows (R): why one row of a feed makes no offer, or makes it with a warning."""

from engine.diagnostics.codes.code import Code, Severity

# R1: a cell that cannot be read as its field says. {value} is the cell, {column} its header.
NOT_A_NUMBER = Code("R101", "not-a-number", "`{column}` holds “{value}”, which is not {wanted}")
EMPTY_CELL = Code("R102", "required-cell-empty", "`{column}` is empty, and every product needs it")
OUT_OF_BOUNDS = Code(
    "R103", "cell-out-of-bounds", "`{column}` holds “{value}”, and it must be {bound}"
)
OTHER_CURRENCY = Code(
    "R104", "other-currency", "`{column}` holds “{value}”, which is not in {currency}"
)
NOT_A_DATE = Code("R105", "not-a-date", "`{column}` holds “{value}”, which is no {wanted}")
NOT_YES_NO = Code(
    "R106", "not-yes-or-no", "`{column}` holds “{value}”, which is neither yes nor no"
)
NOT_LISTED = Code(
    "R107", "cell-not-in-list", "`{column}` holds “{value}”, which is not in its list"
)
BAD_TEXT = Code("R108", "text-does-not-fit", "`{column}` holds “{value}”, and it must be {wanted}")
BROKEN_RECORD = Code("R110", "broken-record", "{problem}")

# R2: what the rules make of a row.
NO_VALUE = Code("R201", "required-attribute-empty", "{name} has no value, and every offer needs it")
OUTSIDE = Code("R202", "attribute-out-of-bounds", "{name} is {value}, and it must be {bound}")
TWO_ROWS_FIT = Code(
    "R203", "two-rows-fit", "two rows of the table fit this product, and exactly one may"
)
REQUIREMENT = Code("R204", "requirement-not-met", "{message}")
PROMISE_BROKEN = Code("R205", "promise-broken", "this must always hold, and does not here: {text}")
WARNED = Code("R206", "requirement-warns", "{message}", Severity.WARNING)
DROPPED = Code("R207", "attribute-dropped", "{message}", Severity.WARNING)
VALUE_REJECTED = Code("R208", "value-rejected", "{message}")
DUPLICATE = Code("R209", "duplicate-reference", "the reference {sku} stands in row {first} already")
EXCLUDED = Code("R210", "excluded", "{message}")

# R3: what the marketplace asks of an offer as a whole (`schemas/octopia/business-rules.json`).
# {names} are attributes of the offer, or parts that `offers/business_rules.py` names.
STRUCK_PRICE = Code(
    "R301",
    "struck-price-not-above-price",
    "StrikedPrice {StrikedPrice} is not above Price {Price}",
)
FLOOR_ABOVE_PRICE = Code(
    "R302",
    "floor-above-price",
    "MinimumPriceForPriceAlignment {MinimumPriceForPriceAlignment} is above Price {Price}",
)
ALIGNED_WITHOUT_FLOOR = Code(
    "R303",
    "aligned-without-floor",
    "the price is to be aligned, and MinimumPriceForPriceAlignment gives no floor",
)
PRICE_BELOW_TAXES = Code(
    "R304",
    "price-below-eco-taxes",
    "Price {Price} is below the eco taxes in it: EcoPart {EcoPart}, DeaTax {DeaTax}",
)
SALE_WINDOW = Code(
    "R305",
    "sale-ends-before-start",
    "the sale ends at {DiscountComponentEndDate}, not after its start at {DiscountComponentStartDate}",
)
SALE_SENT_LATE = Code(
    "R306",
    "sale-sent-late",
    "the sale starts at {DiscountComponentStartDate}, in less than {hours} hours",
    Severity.WARNING,
)
REDUCTION_TOO_SMALL = Code(
    "R307",
    "reduction-too-small",
    "the sale reduces by {DiscountComponentDiscountValue}, and {least}% is the least",
    Severity.WARNING,
)
SALE_WITHOUT_REDUCTION = Code(
    "R308",
    "sale-without-reduction",
    "a sale is begun, and DiscountComponentDiscountValue says no reduction",
)
SALE_INCOMPLETE = Code(
    "R309",
    "sale-incomplete",
    "the sale lacks {missing}",
    Severity.WARNING,
)
DELIVERY_INCOMPLETE = Code("R310", "delivery-incomplete", "{problems}")
DELIVERY_TWICE = Code("R311", "delivery-mode-twice", "{modes} stands more than once on this offer")
TRACKED_MISSING = Code(
    "R312",
    "tracked-delivery-missing",
    "the offer has {ShippingInformationDeliveryMode}, and {missing} is compulsory beside it",
)
COMPULSORY_MISSING = Code(
    "R313",
    "compulsory-mode-missing",
    "the offer has {ShippingInformationDeliveryMode}, and {missing} is said to be compulsory too",
    Severity.WARNING,
)
SIZES_MIXED = Code(
    "R314",
    "parcel-sizes-mixed",
    "modes for small and for big parcels stand on one offer: {ShippingInformationDeliveryMode}",
    Severity.WARNING,
)
PICKUP_ALONE = Code(
    "R315",
    "pickup-alone",
    "the offer can only be picked up: {ShippingInformationDeliveryMode}",
    Severity.WARNING,
)
MODE_NOT_ACTIVATED = Code(
    "R316",
    "delivery-mode-not-activated",
    "{modes} is not among the delivery modes activated in the settings",
)
ACTIVATED_NOT_SENT = Code(
    "R317",
    "activated-mode-not-sent",
    "the offer lacks {missing}, which the settings say is activated for its parcel size",
    Severity.WARNING,
)
CHARGE_ABOVE_CEILING = Code(
    "R318",
    "shipping-above-ceiling",
    "ShippingCharges of {modes} is above {ceiling}",
    Severity.WARNING,
)
STANDARD_LIMIT = Code(
    "R319",
    "standard-for-cheap-products",
    "Standard delivery is for less than {limit} ({of}), and Price is {Price}",
    Severity.WARNING,
)
PACKAGING_HALF = Code(
    "R320",
    "packaging-half-given",
    "ProductPackagingUnit and ProductPackagingValue come together, and {missing} is missing",
    Severity.WARNING,
)
PREPARATION_LONG = Code(
    "R321",
    "preparation-long",
    "PreparationTime is {PreparationTime}, and more than {most} days may be refused",
    Severity.WARNING,
)
BAD_CHECK_DIGIT = Code(
    "R322",
    "wrong-check-digit",
    "the check digit of ProductEan {ProductEan} is wrong{remedy}",
)
SALE_TIME_TWICE = Code(
    "R323",
    "sale-time-occurs-twice",
    "{names} falls in the hour that the clocks repeat, and the package carries no offset",
    Severity.WARNING,
)
CANNOT_CARRY = Code(
    "R324",
    "package-cannot-carry",
    "a {package} package cannot carry {lost}",
)
TEXT_NOT_WRITABLE = Code(
    "R325",
    "text-not-writable",
    "{names} holds a control character, which an XML package cannot carry",
)
VAT_TOO_LOW = Code(
    "R326",
    "vat-too-low",
    "Vat is {Vat}, and no rate above 0 is below {least}%; is a part of 1 meant, 0.2 for 20%?",
    Severity.WARNING,
)
VAT_TOO_HIGH = Code(
    "R327",
    "vat-too-high",
    "Vat is {Vat}, and no rate is above {most}%",
    Severity.WARNING,
)
CODE_ROUNDED = Code(
    "R328",
    "code-rounded",
    "ProductEan {ProductEan} ends as a code does that a spreadsheet rounded: export the feed anew "
    "with its column as text",
    Severity.WARNING,
)
