"""What a site says about cleaning its files: configuration, what is left out, exceptions."""
