# Prints the most memory, in MB, that is resident while PyTorch trains a network. Arguments: network, samples, batch size, steps.
import resource, sys

import torch
from models import epoch

torch.set_num_threads(1)
epoch(sys.argv[1], *map(int, sys.argv[2:5]))()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
