"""How quick the desk is: each figure beside a floor of the same run, for machines are noisy."""
