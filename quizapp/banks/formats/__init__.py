"""One codec a file: a format in, a draft out."""
