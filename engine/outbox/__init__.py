"""Between deciding and sending: what may be sent, once, and what is known of what was.

In come plans, out go calls through a `Sender`. The journal holds what was sent and is the only
truth about it; nothing here believes a lost answer, and no message that moves money is repeated.
"""
