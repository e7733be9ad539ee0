"""The linear face and what it is made of."""
