"""What runs beside student code: no expected value and no comparison in here."""
