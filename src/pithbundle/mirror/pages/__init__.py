"""The pages of a mirror: values in, bytes of HTML out (spec PAGE-1 to PAGE-10)."""
