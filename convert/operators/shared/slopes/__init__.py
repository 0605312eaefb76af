"""int16 codes times one factor from 0 on, and times another below: RELU, LEAKY_RELU and ABS."""
