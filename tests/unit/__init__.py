"""Quick tests of one thing each: without training, builds or emulators."""
