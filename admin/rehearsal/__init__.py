"""The pages on which a batch is rehearsed (模拟运行): asked for, read along a clock, compared, signed."""
