// node:os in a page: what is written for a while goes to memory.
export const tmpdir = () => "memory://temporary";
