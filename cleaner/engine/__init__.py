"""The shell around the core: files and records in, documents through worker processes, results written so that none is lost."""
