# Prints the milliseconds from the import of PyTorch to the end of the first training step. Arguments: network, batch size, threads.
import sys, time

begin = time.perf_counter()
import torch
from models import training_step

torch.set_num_threads(int(sys.argv[3]))
training_step(sys.argv[1], int(sys.argv[2]))()
print((time.perf_counter() - begin) * 1000)
