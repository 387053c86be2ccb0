import { freePort } from "@/lib/localnet/ports";
import { type Spawned, spawnFarebox } from "@/lib/server/spawned.fixture";

/** One process of the product, started as an operator starts it. */
export interface Replica {
  name: string;
  url: string;
  /** Resolves when it is ready to serve; throws with its output when it ends before. */
  ready(): Promise<void>;
  /** True from when it was ready until it was told to end. */
  serving(): boolean;
  /** Ends it at once, as a power cut does. */
  kill(): Promise<void>;
  /** Asks it to end and waits until it has. */
  stop(): Promise<void>;
  /** Everything it wrote to its standard output and error so far. */
  log(): string;
  /** How it ended, when that was its own doing or not with exit code 0. */
  fault(): string | null;
}

/** The replicas of a campaign, those that ended included. */
export interface Fleet {
  all: readonly Replica[];
  /** Starts one more and waits until it is ready. */
  start(): Promise<Replica>;
  /** Starts one that no client finds, with these keys instead of the common ones, and waits until it is ready. */
  startApart(env: Record<string, string>): Promise<Replica>;
  /** Those that clients find right now. */
  serving(): Replica[];
  stop(): Promise<void>;
}

/** Opens an empty fleet whose replicas share a configuration. */
export function openFleet(common: Record<string, string>): Fleet {
  const all: Replica[] = [];
  const found = new Set<Replica>();

  async function open(env: Record<string, string>): Promise<Replica> {
    const port = String(await freePort(0));
    const spawned = await spawnFarebox({ ...common, ...env, PORT: port });
    const replica = replicaOf(`replica ${all.length + 1}`, spawned);
    all.push(replica);
    await replica.ready();
    return replica;
  }

  return {
    all,
    serving: () => [...found].filter((replica) => replica.serving()),
    async start() {
      const replica = await open({});
      found.add(replica);
      return replica;
    },
    startApart: open,
    async stop() {
      await Promise.all(all.map((replica) => replica.stop()));
    },
  };
}

function replicaOf(name: string, spawned: Spawned): Replica {
  let state: "starting" | "serving" | "killed" | "stopping" = "starting";
  let fault: string | null = null;
  const ended = spawned.ended().then((code) => {
    if (state === "killed" || (state === "stopping" && code === 0)) return;
    fault = `${name} ended by itself with ${code ?? spawned.child.signalCode}`;
    state = "killed";
  });
  const signal = async (next: "killed" | "stopping", name: NodeJS.Signals) => {
    if (state !== "killed") {
      state = next;
      spawned.child.kill(name);
    }
    await ended;
  };
  return {
    name,
    url: spawned.url,
    async ready() {
      await spawned.ready();
      if (state === "starting") state = "serving";
    },
    serving: () => state === "serving",
    kill: () => signal("killed", "SIGKILL"),
    stop: () => signal("stopping", "SIGTERM"),
    log: () => spawned.output(),
    fault: () => fault,
  };
}
