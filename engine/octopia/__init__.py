"""The Octopia API as calls: what goes over the wire, and what may have become of it.

In comes a `Call`, out goes an `Outcome` that never hides a doubt: whether a lost answer had an
effect is for the outbox to find out. Payloads are bytes here; nothing reads them.
"""
