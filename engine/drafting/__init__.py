"""A first draft of a project from a feed: headers and cells come in, files to confirm go out.

Every guess carries its confidence and its reason as a comment, for a person to confirm: nothing is
guessed again when the feed is read.
"""
