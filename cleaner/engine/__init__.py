"""The shell around the core: files and records in, results written so that none is lost."""
