import { createServer } from "node:net";
import { endProcess, isAlive, untilReady } from "./processes";

/** Finds a free port on loopback: the preferred one when nothing listens there, else one the kernel picks. */
export async function freePort(preferred: number): Promise<number> {
  return (await tryPort(preferred)) ?? (await tryPort(0)) ?? preferred;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(undefined));
    probe.listen(port, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : undefined));
    });
  });
}

/** A server to be started on a port that is not known yet. */
export interface Starting {
  /** Tried first. */
  preferredPort: number;
  timeoutMs: number;
  /** Starts the server and returns the id of its process. */
  start(port: number): Promise<number>;
  /** Whether it answers, it and no other server that got the port first. */
  answers(port: number): Promise<boolean>;
}

/** Starts a server where it can listen: between looking for a free port and taking it, somebody else may. Null when it did not start. */
export async function startOnFreePort({ preferredPort, timeoutMs, start, answers }: Starting) {
  for (const wanted of [preferredPort, 0, 0]) {
    const port = await freePort(wanted);
    const pid = await start(port);
    if (await untilReady(pid, timeoutMs, () => answers(port))) return { port, pid };
    // One that is still there had its port and is broken.
    if (isAlive(pid)) {
      await endProcess(pid, "SIGKILL", 1_000);
      return null;
    }
  }
  return null;
}
