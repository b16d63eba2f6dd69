"""What an editor asks of rules: a document and a place come in, an answer goes out.

Each feature is a function of a `Desk` (a document as it is typed, with the project around it) and
an offset in its text; only `server.py` speaks the protocol. Nothing here needs a file to be saved,
and no text makes a feature fail: half-typed rules are what editors hold.
"""
