"""Lengow as calls: a second connector over the same transport as Octopia.

Lengow takes an action with an id and carries it out later: what became of it is read from the list
of actions, where the request itself can be found again by what it asked for.
"""
