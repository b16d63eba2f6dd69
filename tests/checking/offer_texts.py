"""What is sent of an offer, whole: tests plan and push nothing that breaks its schema."""

from decimal import Decimal

EAN = "3760123450010"


def request(sku: str, price: Decimal | str | int, quantity: int = 4) -> str:
    """An offer request of an Upsert package."""
    return (
        f'{{"sellerExternalReference":"{sku}","product":{{"gtin":"{EAN}"}},"condition":"New",'
        f'"price":{{"price":{price},"taxes":[{{"code":"VAT","value":20}},'
        '{"code":"Ecotax","value":0},{"code":"Deatax","value":0}]},'
        f'"quantity":{quantity},"preparationTime":2,"deliveryModes":[{{"code":"THD","cost":4.99}}]}}'
    )


def element(sku: str, price: Decimal | str | int, quantity: int = 4) -> str:
    """The `Offer` element of an XML package."""
    return (
        f'<Offer ProductEan="{EAN}" SellerProductId="{sku}" ProductCondition="6" '
        f'Stock="{quantity}" Price="{price}" EcoPart="0" Vat="20" DeaTax="0" PreparationTime="2"/>'
    )
