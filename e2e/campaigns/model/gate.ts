import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How the merchant's server treats a call: it answers, fails, cuts its answer short, or keeps it open until told. */
export type Behaviour = "answers" | "fails" | "cuts" | "hangs";

/** The merchant's server, in the hands of the model. */
export interface Gate {
  port: number;
  /** How the next call of this target is treated; after that, calls are answered. */
  arrange(target: string, behaviour: Behaviour): void;
  /** Resolves when the next call of this target hangs. */
  nextHanging(target: string): Promise<void>;
  isHanging(target: string): boolean;
  /** Ends the call of this target that hangs. */
  release(target: string, behaviour: Exclude<Behaviour, "hangs">): void;
  /** Hears nothing more of who names itself like this in `Via`, and breaks its calls: it is dead. */
  bury(caller: string): void;
  /** How often a target was asked for, and how often while it was being asked for already. */
  counts(target: string): { asked: number; atOnce: number };
  close(): void;
}

interface Call {
  response: ServerResponse;
  caller: string;
  payment: string;
}

/** Starts the server; every answer is unlike any other and names the payment it was made for. */
export async function startGate(): Promise<Gate> {
  const arranged = new Map<string, Behaviour>();
  const hanging = new Map<string, Call>();
  const buried = new Set<string>();
  const listeners = new Map<string, () => void>();
  const counted = new Map<string, { asked: number; atOnce: number }>();
  let serial = 0;

  function countsOf(target: string) {
    const counts = counted.get(target) ?? { asked: 0, atOnce: 0 };
    counted.set(target, counts);
    return counts;
  }

  function treat(target: string, behaviour: Behaviour, call: Call): void {
    const { response, payment } = call;
    if (behaviour === "hangs") {
      hanging.set(target, call);
      // Its caller gave it up, or died: nobody is asked for it any more.
      response.once("close", () => {
        if (hanging.get(target)?.response === response) hanging.delete(target);
      });
      listeners.get(target)?.();
      listeners.delete(target);
      return;
    }
    if (behaviour === "fails") return void response.writeHead(500).end("the upstream failed");
    serial += 1;
    const body = JSON.stringify({ payment, serial });
    if (behaviour === "cuts") {
      response.writeHead(200, { "content-length": String(body.length + 100) });
      return void response.write(body, () => response.destroy());
    }
    response.writeHead(200, { "content-type": "application/json" }).end(body);
  }

  const server = createServer((request, response) => {
    const target = request.url ?? "";
    const caller = String(request.headers.via);
    if (buried.has(caller)) return void response.destroy();
    countsOf(target).asked += 1;
    if (hanging.has(target)) countsOf(target).atOnce += 1;
    const behaviour = arranged.get(target) ?? "answers";
    arranged.delete(target);
    treat(target, behaviour, { response, caller, payment: String(request.headers["idempotency-key"]) });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    arrange: (target, behaviour) => void arranged.set(target, behaviour),
    nextHanging: (target) => new Promise((resolve) => void listeners.set(target, resolve)),
    isHanging: (target) => hanging.has(target),
    release(target, behaviour) {
      const call = hanging.get(target);
      hanging.delete(target);
      if (call) treat(target, behaviour, call);
    },
    bury(caller) {
      buried.add(caller);
      for (const [target, call] of hanging) {
        if (call.caller !== caller) continue;
        hanging.delete(target);
        call.response.destroy();
      }
    },
    counts: countsOf,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
