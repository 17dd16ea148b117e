"""Files and services of others, read into tidy frames."""
