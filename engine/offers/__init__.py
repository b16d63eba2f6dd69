"""Rows as offers: what a program made of them comes in, lines of offers and of rejections go out."""
