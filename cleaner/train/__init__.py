"""Training: everything that needs scikit-learn; the cleaning path imports nothing from here."""
