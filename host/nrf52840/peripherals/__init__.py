"""The peripherals of the nRF52840, one in each file."""
