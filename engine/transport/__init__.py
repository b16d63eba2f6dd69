"""HTTP as it is spoken to marketplaces: a request goes in, what became of it comes out.

Nothing here repeats a request, follows a redirect, reads the environment or believes an answer for
its status alone. What is worth a second look is told apart at the socket, not by the name of an
exception: whether a byte of the request may have left is what decides about sending it again.
"""
