"""A local stand-in for Octopia's seller API: requests come in over loopback, nothing goes out.

It is written from the public facts, not from the client: where both are wrong in the same way, no
test of one against the other would tell. It keeps a ledger of what really took effect, which is
what a journal of sends is held against, and it goes wrong on demand, by script and seed.
"""
