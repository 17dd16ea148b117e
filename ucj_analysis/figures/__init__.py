"""Maps and charts in one style; every function asks for an alt text."""
