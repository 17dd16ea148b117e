"""Maps and charts in one style; every figure carries its alt text."""
