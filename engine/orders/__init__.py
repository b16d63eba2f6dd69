"""Orders and what may be done with them: documents in, permitted actions and requests out.

What the marketplaces call things, which requests they take and which carriers they know are data
(`schemas/octopia/orders/`, `schemas/lengow/orders/`); this folder reads them. A faulty order,
parameter or call is a diagnostic; only an installation without its files stops the run.
"""
