"""What follows from valid events; accepts only values of :mod:`pithbundle.verify.verdicts`."""
