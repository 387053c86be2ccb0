import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import type { Random } from "@/e2e/campaigns/random";
import type { Stack } from "@/e2e/campaigns/stack";
import { Outside } from "@/lib/chain/fixture";
import { type Database, openDatabase } from "@/lib/db/client";
import { migrateDatabase } from "@/lib/db/migrate";
import { merchants } from "@/lib/db/schema";
import { type MerchantId, newId } from "@/lib/ids";
import { type Gate, startGate } from "./gate";
import { type Mempool, openMempool } from "./mempool";
import { patiently } from "./patience";
import { openReplica, type Replica } from "./replica";

/** More than all payments of a campaign together. */
export const FORTUNE = 1_000_000_000n;
const REPLICAS = 2;

/** A ledger of its own for one random sequence after the other; lanes share nothing but the servers they run on. */
export interface Lane {
  /** The lane's database, reached directly. */
  database: Database;
  merchantId: MerchantId;
  gate: Gate;
  mempool: Mempool;
  outside: Outside;
  /** How many sequences began here. */
  sequences: number;
  /** The replica of this number, which may have taken another's place. */
  replica(index: number): Replica;
  /** Kills a replica and starts another in its place. */
  kill(index: number): Promise<void>;
  /** A wallet with a fortune that no payment of another sequence can have spoiled. */
  payer(): Promise<PrivateKeyAccount>;
  /** Bugs that replicas logged since they were last taken. */
  takeBugs(): string[];
  close(): Promise<void>;
}

/** Opens a lane on a stack's PostgreSQL and chain. */
export async function openLane({ parts, chain }: Stack, name: string, random: Random): Promise<Lane> {
  await parts.database.sql.unsafe(`create database ${name}`);
  const url = new URL(parts.env.DATABASE_URL);
  url.pathname = name;
  const databaseUrl = url.href;
  await migrateDatabase(databaseUrl);
  const database = openDatabase(databaseUrl, 4);
  const merchantId = newId() as MerchantId;
  await database.db.insert(merchants).values({ id: merchantId, name });

  const relayerKey = random.hex(32);
  const outside = new Outside(chain.rpcUrl);
  await outside.giveGas(privateKeyToAccount(relayerKey).address);
  const gate = await startGate();
  const mempool = openMempool(chain.rpcUrl);
  const bugs: string[] = [];
  let opened = 0;
  const open = async () =>
    openReplica({
      name: `replica-${opened++}.localhost`,
      databaseUrl,
      relayerKey,
      rpc: await mempool.open(),
      onBug: (line) => void bugs.push(line),
    });
  const replicas = await Promise.all(Array.from({ length: REPLICAS }, open));
  const dead: Replica[] = [];
  const at = (index: number) => {
    const replica = replicas[index % REPLICAS];
    if (!replica) throw new Error(`There is no replica ${index}`);
    return replica;
  };
  return {
    database,
    merchantId,
    gate,
    mempool,
    outside,
    sequences: 0,
    replica: at,
    async kill(index) {
      const replica = at(index);
      replica.kill();
      gate.bury(`1.1 ${replica.name}`);
      dead.push(replica);
      await mempool.quiet();
      replicas[index % REPLICAS] = await open();
    },
    async payer() {
      const account = privateKeyToAccount(random.hex(32));
      await patiently(() => outside.mint(account.address, FORTUNE));
      return account;
    },
    takeBugs: () => bugs.splice(0),
    async close() {
      await Promise.all([...replicas, ...dead].map((replica) => replica.close().catch(() => {})));
      gate.close();
      await database.close();
    },
  };
}
