import { copyFile, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { join } from "node:path";
import { type Address, createTestClient, type Hex, http, publicActions } from "viem";
import { english, generateMnemonic, mnemonicToAccount } from "viem/accounts";
import { getAddresses } from "viem/actions";
import type { Log } from "@/lib/log";
import { readJson, writeJson } from "./files";
import { startOnFreePort } from "./ports";
import { endProcess, startDetached } from "./processes";

/** The local chain answers to Base Sepolia's id, so that stock clients and wallets need no special case. */
export const LOCAL_CHAIN_ID = 84_532;

/** Holds no program: its code is the id of the data folder, by which a chain is known as ours. */
const ID_ADDRESS = "0x000000000000000000000000000000000FA4EB0c";

/** What the data folder remembers of its chain. */
interface Note {
  id: Hex;
  port: number;
  pid: number;
}

/** A client that may also change the local chain's state. */
export type AnvilClient = ReturnType<typeof anvilClient>;

/** A running local chain. */
export interface LocalChain {
  rpcUrl: string;
  /** True when it goes on from a state file, whose last seconds a crash of the machine may have lost. */
  reloaded: boolean;
  stop(): Promise<void>;
}

/** Opens a client of the anvil at this URL. */
export function anvilClient(rpcUrl: string) {
  return createTestClient({
    mode: "anvil",
    transport: http(rpcUrl, { retryCount: 0, timeout: 5_000 }),
  }).extend(publicActions);
}

/** Starts the data folder's chain, or adopts the one an earlier start left running; `found` gives a new chain its contents. */
export async function startAnvil(
  dataDir: string,
  log: Log,
  found: (client: AnvilClient) => Promise<void>,
): Promise<LocalChain> {
  const notePath = join(dataDir, "anvil.json");
  const noted = await readJson<Note>(notePath);
  if (noted && (await isOurs(noted))) return { ...running(noted), reloaded: false };

  const state = join(dataDir, "chain-state.json");
  const reloaded = await prepareState(state, log);
  const logFile = join(dataDir, "anvil.log");
  // The accounts anvil makes are of no use here, but to know the process that was just started by.
  const mnemonic = generateMnemonic(english);
  const { address } = mnemonicToAccount(mnemonic);
  const place = await startOnFreePort({
    preferredPort: noted?.port ?? 8545,
    timeoutMs: 30_000,
    start: (port) =>
      startDetached({
        file: anvilProgram(),
        args: [
          ...["--chain-id", String(LOCAL_CHAIN_ID), "--port", String(port), "--quiet"],
          ...["--accounts", "1", "--mnemonic", mnemonic],
          ...["--state", state, "--state-interval", "3"],
          // It keeps the states of the last 500 blocks; by itself it writes older ones to the user's home, by the gigabyte.
          ...["--max-persisted-states", "0"],
          // A block for every transaction at once, and one now and then, so that the chain's clock passes deadlines; a
          // block is final two blocks later.
          ...["--mixed-mining", "--block-time", "30", "--slots-in-an-epoch", "1"],
        ],
        logFile,
        runAs: {},
      }),
    answers: async (port) => {
      const accounts = await getAddresses(anvilClient(urlOf({ port }))).catch((): Address[] => []);
      return accounts.includes(address);
    },
  });
  if (place === null) throw new Error(`The local chain did not start; its log is ${logFile}`);
  const note = { id: noted?.id ?? newChainId(), ...place };
  const client = anvilClient(urlOf(note));
  if (!(await isOurs(note))) {
    await found(client);
    await client.setCode({ address: ID_ADDRESS, bytecode: note.id });
  }
  await writeJson(notePath, note);
  return { ...running(note), reloaded };
}

function running(note: Note): Pick<LocalChain, "rpcUrl" | "stop"> {
  // anvil writes its state when it is asked to end.
  return { rpcUrl: urlOf(note), stop: () => endProcess(note.pid, "SIGTERM", 10_000) };
}

function urlOf({ port }: Pick<Note, "port">): string {
  return `http://127.0.0.1:${port}`;
}

function newChainId(): Hex {
  return `0x${crypto.randomUUID().replaceAll("-", "")}`;
}

async function isOurs(note: Note): Promise<boolean> {
  const code = await anvilClient(urlOf(note))
    .getCode({ address: ID_ADDRESS })
    .catch(() => undefined);
  return code === note.id;
}

/** Tells whether there is a state to go on from; one that a crash left half written is replaced by the copy before it. */
async function prepareState(state: string, log: Log): Promise<boolean> {
  const copy = `${state}.bak`;
  if (await isJson(state)) {
    await copyFile(state, copy);
    return true;
  }
  if (!(await isJson(copy))) return false;
  log.warn("local_chain_state_damaged", { restored: copy });
  await copyFile(copy, state);
  return true;
}

async function isJson(path: string): Promise<boolean> {
  try {
    JSON.parse(await readFile(path, "utf8"));
    return true;
  } catch {
    return false;
  }
}

/** The program itself, not the npm package's wrapper: the wrapper would stand between us and its process. */
function anvilProgram(): string {
  const cpu = arch() === "x64" ? "amd64" : arch();
  const file = platform() === "win32" ? "anvil.exe" : "anvil";
  return createRequire(import.meta.url).resolve(`@foundry-rs/anvil-${platform()}-${cpu}/bin/${file}`);
}
