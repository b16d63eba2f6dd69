"""Feedwright: a merchant's product feed to marketplace offers, by rules that can be read and tested."""
