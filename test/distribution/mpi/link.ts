// A line between two network namespaces, by a tunnel device in each: packets take as long as they are told to, and no more bytes get through
// in a second. What the kernel's netem does, where a kernel has none. Needs root, koffi and ip.
//
//   node build/test/distribution/mpi/link.js NAMESPACE ADDRESS NAMESPACE ADDRESS MILLISECONDS BYTES_PER_SECOND
//
// Says "@" when the line is there; to be killed at the end, by which it goes away.

import koffi from "koffi";
import { execFileSync } from "node:child_process";
import { closeSync, openSync, read, writeSync } from "node:fs";

const [oneName, oneAddress, otherName, otherAddress, delay, rate] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
];
const MTU = 60_000;
/** From linux/if_tun.h: a device of packets without a header of their own. */
const [TUNSETIFF, IFF_TUN, IFF_NO_PI] = [0x400454ca, 0x0001, 0x1000];
const ioctl = koffi.load(null as never).func("int ioctl(int, unsigned long, void *)") as (...args: unknown[]) => number;

/** A tunnel device in a namespace: what is sent there is read here. */
function tunnel(namespace: string, address: string, name: string): number {
  const file = openSync("/dev/net/tun", "r+");
  const request = Buffer.alloc(40);
  request.write(name);
  request.writeUInt16LE(IFF_TUN | IFF_NO_PI, 16);
  if (ioctl(file, TUNSETIFF, request) !== 0) {
    closeSync(file);
    throw new Error(`no tunnel device ${name}`);
  }
  const ip = (...args: string[]) => execFileSync("ip", args);
  ip("link", "set", name, "netns", namespace);
  ip("-n", namespace, "addr", "add", `${address}/24`, "dev", name);
  ip("-n", namespace, "link", "set", name, "mtu", String(MTU), "txqueuelen", "2000", "up");
  ip("-n", namespace, "link", "set", "lo", "up");
  return file;
}

/** Hands packets on, each after the ones before and its own time on the line. */
function carry(from: number, to: number): void {
  const waiting: { readonly packet: Buffer; readonly at: number }[] = [];
  let isFree = 0;
  let timer: NodeJS.Timeout | undefined;
  const deliver = () => {
    timer = undefined;
    while (waiting.length > 0 && waiting[0]!.at <= performance.now()) {
      try {
        writeSync(to, waiting.shift()!.packet);
      } catch {
        // the other end is down: lost, as on any line
      }
    }
    if (waiting.length > 0) timer = setTimeout(deliver, waiting[0]!.at - performance.now());
  };
  const next = () =>
    read(from, Buffer.allocUnsafe(MTU + 100), 0, MTU + 100, null, (error, length, buffer) => {
      if (!error) {
        isFree = Math.max(isFree, performance.now()) + (length / Number(rate)) * 1000;
        waiting.push({ packet: buffer.subarray(0, length), at: isFree + Number(delay) });
        timer ??= setTimeout(deliver, Number(delay));
      }
      next();
    });
  next();
}

const [one, other] = [tunnel(oneName, oneAddress, `kt${process.pid}a`), tunnel(otherName, otherAddress, `kt${process.pid}b`)];
carry(one, other);
carry(other, one);
process.stdout.write("@\n");
