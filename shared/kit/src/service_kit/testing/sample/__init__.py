"""A service of one table and one handler, on which the kit's own tests and the pipeline benchmark run."""
