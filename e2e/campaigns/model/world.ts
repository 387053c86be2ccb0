import { setTimeout as sleep } from "node:timers/promises";
import { eip3009ABI } from "@x402/evm";
import { and, eq, inArray, sql } from "drizzle-orm";
import { type Address, erc20Abi } from "viem";
import { mintAddress } from "@/lib/chain/fixture";
import { encodeTransfer } from "@/lib/chain/transfer";
import { endpoints, endpointVersions, payments } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { LOCAL_TOKEN } from "@/lib/localnet/genesis";
import type { Behaviour } from "./gate";
import { type Endpoint, type Payment, sign, versionOf } from "./goods";
import type { Lane } from "./lane";
import { PATIENCE_MS, patiently } from "./patience";
import type { Told } from "./replica";
import type { Model, Row } from "./state";

/** One presentation of a payment, ended or not. */
export interface Presentation {
  payment: number;
  at: number;
  replica: number;
  begun: number;
  ended: number | null;
  told: Told | null;
  /** Its replica was killed, so that nobody was told anything. */
  lost: boolean;
}

/** Everything one random sequence acts on. */
export class World {
  readonly presentations: Presentation[] = [];
  /** How often a presentation was repeated because the machine was too busy. */
  retries = 0;
  /** Counts what happened, so that it has an order. */
  clock = 0;
  /** When somebody else last sent a payment to the chain. */
  readonly sentByStranger = new Map<number, number>();
  readonly deadLeases = new Set<number>();

  private constructor(
    readonly lane: Lane,
    readonly payTo: Address,
    readonly endpoints: Endpoint[],
    readonly payments: Payment[],
  ) {}

  /** Makes endpoints and payments of a sequence's own. */
  static async open(lane: Lane, model: Model): Promise<World> {
    const number = lane.sequences++;
    const payTo = mintAddress();
    const made = model.endpoints.map(({ charge }, i) => ({
      id: newId(),
      slug: `s${number}-${i}`,
      charge,
      version: 1,
    }));
    const { db } = lane.database;
    const { merchantId } = lane;
    await db.insert(endpoints).values(made.map(({ id, slug }) => ({ id, slug, merchantId, version: 1 })));
    const world = new World(lane, payTo, made, []);
    await db.insert(endpointVersions).values(made.map((endpoint) => versionOf(lane, endpoint, payTo)));
    for (const [i, { endpoints: fits }] of model.payments.entries()) {
      const [at] = fits;
      world.payments.push(
        await sign(lane, payTo, `/s${number}-p${i}`, model.endpoints[at]?.charge ?? "after"),
      );
    }
    return world;
  }

  /** Presents a payment and waits until it is answered, or until it cannot go on before something else happens. */
  async present(number: number, at: number, replica: number, upstream: Behaviour, wait: boolean) {
    const { target, headers } = this.payment(number);
    const { gate, mempool } = this.lane;
    const presentation: Presentation = {
      payment: number,
      at,
      replica,
      begun: ++this.clock,
      ended: null,
      told: null,
      lost: false,
    };
    this.presentations.push(presentation);
    gate.arrange(target, upstream);
    const stuck = [gate.nextHanging(target), mempool.nextHeld()];
    const done = this.lane
      .replica(replica)
      .present(`/g/${this.endpoint(at).slug}${target}`, headers)
      .then((told) => {
        presentation.told = told;
      })
      .catch(() => {})
      .then(() => {
        presentation.ended = ++this.clock;
      });
    await Promise.race(wait ? [done, ...stuck, sleep(PATIENCE_MS)] : [done, sleep(10)]);
    if (presentation.ended !== null) gate.arrange(target, "answers");
    return presentation;
  }

  /** Presentations of a payment that have not ended and still can. */
  underWay(number: number): Presentation[] {
    return this.presentations.filter(
      ({ payment, ended, lost }) => payment === number && ended === null && !lost,
    );
  }

  /** Waits until no presentation goes on by itself any more. */
  async settleDown(model: Model): Promise<void> {
    for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await sleep(20)) {
      const rows = await this.rows();
      const busy = this.payments.some(({ target }, i) => {
        const waits = model.chain.holding && rows[i]?.money === "submitting";
        return this.underWay(i).length > 0 && !this.lane.gate.isHanging(target) && !waits;
      });
      if (!busy) return;
    }
  }

  /** Kills a replica: nobody hears what it was about to say, and its leases live on. */
  async kill(replica: number): Promise<void> {
    for (const i of this.payments.keys()) {
      for (const presentation of this.underWay(i).filter((each) => each.replica === replica)) {
        presentation.lost = true;
        this.deadLeases.add(i);
      }
    }
    await this.lane.kill(replica);
  }

  /**
   * Lets the time pass after which leases of the dead end, and those that workers take for a while. The lease of a payment
   * that somebody alive is presenting may be theirs, and that one is renewed: it stays.
   */
  async passTime(): Promise<void> {
    const ending = [...this.deadLeases].filter((i) => this.underWay(i).length === 0);
    const dead = ending.map((i) => this.payment(i).identity);
    const abandoned = sql`${payments.leaseOwner} is null and ${payments.leaseUntil} is not null`;
    const theirs = dead.length === 0 ? abandoned : sql`(${abandoned} or ${inArray(payments.identity, dead)})`;
    const ours = inArray(
      payments.endpointId,
      this.endpoints.map(({ id }) => id),
    );
    const ended = { leaseUntil: sql`now() - interval '1 second'` };
    await patiently(() => this.lane.database.db.update(payments).set(ended).where(and(ours, theirs)));
    for (const i of ending) this.deadLeases.delete(i);
  }

  /** Has payments that were sent look as if they just were: what waits for a minute closes its network (faults D9). */
  async stayYoung(): Promise<void> {
    const sent = inArray(
      payments.identity,
      this.payments.map(({ identity }) => identity),
    );
    const young = { submittedAt: sql`now()` };
    const { db } = this.lane.database;
    await patiently(() =>
      db
        .update(payments)
        .set(young)
        .where(and(sent, eq(payments.money, "submitting"))),
    );
  }

  /** The workers of a replica do all they have to do. */
  work(replica: number): Promise<void> {
    return patiently(() => this.lane.replica(replica).work());
  }

  /** The chain mines what waits; what nodes forgot, the workers send them again. */
  async mine(): Promise<void> {
    await this.lane.mempool.mine();
    if (this.lane.mempool.takeDropped()) await this.work(0);
  }

  /** A stranger who saw a payment sends it to the chain. */
  async sendByStranger(number: number): Promise<void> {
    const { authorization } = this.payment(number);
    const transfer = encodeTransfer(authorization);
    await patiently(() => this.lane.outside.send(authorization.asset, transfer));
    this.sentByStranger.set(number, ++this.clock);
  }

  /** Stores the next version of an endpoint. */
  async edit(at: number, payTo: Address): Promise<void> {
    const endpoint = this.endpoint(at);
    endpoint.version += 1;
    const { db } = this.lane.database;
    await db.insert(endpointVersions).values(versionOf(this.lane, endpoint, payTo));
    await db.update(endpoints).set({ version: endpoint.version }).where(eq(endpoints.id, endpoint.id));
  }

  async setState(at: number, state: "live" | "paused" | "deleted"): Promise<void> {
    const { db } = this.lane.database;
    await db
      .update(endpoints)
      .set({ state })
      .where(eq(endpoints.id, this.endpoint(at).id));
  }

  /** The rows of the payments, null for those that have none. */
  async rows(): Promise<(Row | null)[]> {
    const { id, identity, money, delivery, attempt, reason } = payments;
    const ours = inArray(
      identity,
      this.payments.map((payment) => payment.identity),
    );
    const { db } = this.lane.database;
    const found = await patiently(() =>
      db.select({ id, identity, money, delivery, attempt, reason }).from(payments).where(ours),
    );
    return this.payments.map((payment) => {
      const own = found.find((row) => Buffer.compare(row.identity, payment.identity) === 0);
      if (!own) return null;
      const { identity: _, ...row } = own;
      return row;
    });
  }

  /** Whether the chain has used or cancelled a payment's nonce. */
  isUsed(number: number): Promise<boolean> {
    const { asset, from, nonce } = this.payment(number).authorization;
    const { client } = this.lane.outside;
    const question = { address: asset, abi: eip3009ABI, functionName: "authorizationState" } as const;
    return patiently(() => client.readContract({ ...question, args: [from, nonce] }));
  }

  balanceOf(owner: Address): Promise<bigint> {
    const { client } = this.lane.outside;
    const question = { address: LOCAL_TOKEN, abi: erc20Abi, functionName: "balanceOf" } as const;
    return patiently(() => client.readContract({ ...question, args: [owner] }));
  }

  payment(number: number): Payment {
    const payment = this.payments[number];
    if (!payment) throw new Error(`There is no payment ${number}`);
    return payment;
  }

  endpoint(at: number): Endpoint {
    const endpoint = this.endpoints[at];
    if (!endpoint) throw new Error(`There is no endpoint ${at}`);
    return endpoint;
  }
}
