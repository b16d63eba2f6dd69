"""Style (L): lints."""
