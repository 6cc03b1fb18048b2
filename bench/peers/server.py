# PyTorch's side of the bench: orders come in as JSON, one a line, and answers go out the same way.
#   {"do": "version"}
#   {"do": "define", "setup": …, "run": …}   prepares a case and calls it once
#   {"do": "time", "calls": n}               milliseconds of one call, as the mean over n
import json, os, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import torch
import torch.nn as nn
import torch.nn.functional as F

threads = int(os.environ["OMP_NUM_THREADS"])
torch.set_num_threads(threads)
torch.manual_seed(0)
run = None


def define(setup, body):
    lines = [f"    {line}" for line in setup.strip("\n").splitlines()]
    lines += ["    def run():"] + [f"        {line}" for line in body.strip("\n").splitlines()] + ["    return run"]
    space = {"torch": torch, "nn": nn, "F": F, "threads": threads}
    exec("def prepare():\n" + "\n".join(lines), space)
    return space["prepare"]()


def answer(order):
    global run
    if order["do"] == "version":
        return {"version": f"PyTorch {torch.__version__}"}
    if order["do"] == "define":
        run = None
        run = define(order["setup"], order["run"])
        run()
        return {}
    calls = order["calls"]
    begin = time.perf_counter()
    for _ in range(calls):
        run()
    return {"ms": (time.perf_counter() - begin) * 1000 / calls}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
    print(json.dumps(reply), flush=True)
