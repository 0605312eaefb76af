"""Tests of several stages together: training, conversion, firmware builds and the virtual board."""
