import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readdir, readFile } from "node:fs/promises";
import { createInterface } from "node:readline";

/** A server in a process of its own. */
export interface Server {
  port: number;
  pid: number;
  stop(): Promise<void>;
}

/** Linux counts processor time in hundredths of a second for everybody. */
const MS_PER_TICK = 10;
/** Longer than a Farebox takes to let its requests, its chain and its PostgreSQL end. */
const GRACE_MS = 120_000;

/** Starts a node program of bench/ that prints its port once it listens; `config` reaches it as JSON in its first argument. */
export async function startServer(file: string, config: unknown): Promise<Server> {
  const child = spawn(process.execPath, [file, JSON.stringify(config)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), "line"),
    once(child, "exit").then(([code]) => {
      throw new Error(`${file} ended with ${code} before it listened`);
    }),
  ])) as [string];
  return { port: Number(line), pid: child.pid ?? 0, stop: () => endChild(child) };
}

/** Starts a program whose output goes to a file, where it costs nobody anything. */
export async function startLogged(
  command: readonly string[],
  env: Record<string, string>,
  logFile: string,
): Promise<ChildProcess> {
  const [file = "", ...args] = command;
  const output = await open(logFile, "a");
  try {
    const child = spawn(file, args, {
      stdio: ["ignore", output.fd, output.fd],
      env: { NODE_ENV: "production", ...env },
    });
    await once(child, "spawn");
    return child;
  } finally {
    await output.close();
  }
}

/** Asks a child to end and waits until it has; kills it when it takes too long. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  await ended;
  clearTimeout(late);
}

/** Processor time a process and its children that ended have used so far, in ms; NaN where /proc does not tell. */
export async function cpuMs(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  if (text === "") return Number.NaN;
  // "pid (name) state …", and the name may hold anything; its own time and its children's are the 14th to 17th field.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * MS_PER_TICK;
}

/** Memory a process has in use, in MiB; NaN where /proc does not tell. */
export async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

/** The processes that a process started and that still run. */
export async function childrenOf(pid: number): Promise<number[]> {
  const all = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(
    all.map(async (child) => {
      const text = await readFile(`/proc/${child}/stat`, "utf8").catch(() => "");
      return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]);
    }),
  );
  return all.filter((_, at) => parents[at] === pid);
}
