# PyTorch's side of the bench, or Pillow's where that is the argument: orders come in as JSON, one a line, and answers go out the same way.
#   {"do": "version"}
#   {"do": "define", "setup": …, "run": …, "tries": …}   prepares a case and, where it tries, calls it once
#   {"do": "time", "calls": n, "rehearsals": m}    milliseconds of one call, as the mean over n, after m that don't count
import json, os, subprocess, sys, time

folder = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, folder)
threads = int(os.environ["OMP_NUM_THREADS"])
if sys.argv[1:] == ["pillow"]:
    import PIL

    version = f"Pillow {PIL.__version__}"
    modules = {}
else:
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    version = f"PyTorch {torch.__version__}"
    modules = {"torch": torch, "nn": nn, "F": F}
    torch.set_num_threads(threads)
    torch.manual_seed(0)
clock = time.process_time if os.environ.get("KERASM_BENCH_CLOCK") == "cpu" else time.perf_counter
run = None


def milliseconds_of(script, *args):
    """What a script in a process of its own prints as its time. A run that returns a number has timed itself."""
    command = [sys.executable, os.path.join(folder, script), *map(str, args)]
    return float(subprocess.run(command, capture_output=True, check=True).stdout)


def define(setup, body):
    lines = [f"    {line}" for line in setup.strip("\n").splitlines()]
    lines += ["    def run():"] + [f"        {line}" for line in body.strip("\n").splitlines()] + ["    return run"]
    space = {**modules, "threads": threads, "milliseconds_of": milliseconds_of}
    exec("def prepare():\n" + "\n".join(lines), space)
    return space["prepare"]()


def answer(order):
    global run
    if order["do"] == "version":
        return {"version": version}
    if order["do"] == "define":
        run = None
        run = define(order["setup"], order["run"])
        if order["tries"]:
            run()
        return {}
    for _ in range(order["rehearsals"]):
        run()
    calls = order["calls"]
    begin = clock()
    for _ in range(calls):
        result = run()
    ms = (clock() - begin) * 1000 / calls
    return {"ms": result if isinstance(result, float) else ms}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
    print(json.dumps(reply), flush=True)
