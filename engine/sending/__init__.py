"""Sending as commands ask for it: rules and feeds above, the outbox below.

In come a project, a feed or wanted actions, and a `Sender`; out go plans, and what pushing them
came to. What is decided comes from `pipeline` and `orders`, what may be sent is the outbox's word:
here the two meet, for offers, for orders, and for the schedule that runs both.
"""
