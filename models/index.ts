// kerasm/models: ready-made architectures, one file each.

export {};
