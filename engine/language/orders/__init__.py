"""Rules about orders: declarations in, a total matrix for each channel and period out.

Whatever the rules leave open is denied; each pair of state and action gets a sentence, and what is
suggested instead is checked to be allowed there. The order of declarations decides nothing: where
two of them say different things of the same, that is a fault.
"""
