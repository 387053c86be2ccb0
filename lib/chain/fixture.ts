import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authorizationTypes } from "@x402/evm";
import {
  type Abi,
  type Account,
  type Address,
  encodeFunctionData,
  type Hex,
  hashTypedData,
  parseAbi,
  parseEther,
  parseGwei,
  toHex,
  walletActions,
} from "viem";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { type AnvilClient, anvilClient, LOCAL_CHAIN_ID, startAnvil } from "@/lib/localnet/anvil";
import walletContract from "@/lib/localnet/contracts/ContractWallet.json" with { type: "json" };
import { foundChain, LOCAL_TOKEN } from "@/lib/localnet/genesis";
import type { Log, LogFields } from "@/lib/log";
import type { Authorization, Chain, SignedTransaction } from "./chain";
import { openChains } from "./open";

const token = parseAbi([
  "function mint(address to, uint256 value) returns (bool)",
  "function transfer(address to, uint256 value) returns (bool)",
  "function cancelAuthorization(address authorizer, bytes32 nonce, bytes signature)",
]);
const wallet = parseAbi(["function become(uint8 temper)"]);
const CANCEL = {
  CancelAuthorization: [
    { name: "authorizer", type: "address" },
    { name: "nonce", type: "bytes32" },
  ],
} as const;
const DOMAIN = {
  name: "USDC",
  version: "2",
  chainId: LOCAL_CHAIN_ID,
  verifyingContract: LOCAL_TOKEN,
} as const;

/** How a contract wallet of a test behaves; the order is the contract's. */
export const TEMPERS = ["honest", "refusing", "burning"] as const;

/** A log that keeps its lines for a test to read. */
export function keptLog(): Log & { lines: { event: string; fields: LogFields | undefined }[] } {
  const lines: { event: string; fields: LogFields | undefined }[] = [];
  const keep = (event: string, fields?: LogFields) => void lines.push({ event, fields });
  return { lines, info: keep, warn: keep, error: keep };
}

/** A random address nobody has the key of. */
export function mintAddress(): Address {
  return privateKeyToAccount(generatePrivateKey()).address;
}

/** Opens the local chain as the process would, with a relayer of its own unless the configuration says otherwise. */
export function openLocal(
  rpc: string | string[],
  settle: { relayerKey: Hex | Hex[] } | { facilitator: string } = { relayerKey: generatePrivateKey() },
  log: Log = keptLog(),
): Chain {
  const config = { network: `eip155:${LOCAL_CHAIN_ID}`, rpc: [rpc].flat(), ...settle };
  const chain = openChains({ FAREBOX_NETWORKS: [config] }, log).get(config.network);
  if (!chain) throw new Error("The local chain did not open");
  return chain;
}

/** Starts an anvil that only this test uses, so that it may stop its mining or move its clock. */
export async function startOwnChain(): Promise<{ rpcUrl: string; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), "farebox-chain-"));
  const wallets = { relayerKey: generatePrivateKey(), payerKey: generatePrivateKey() };
  const anvil = await startAnvil(dataDir, keptLog(), (client) => foundChain(client, wallets));
  const stop = async () => {
    await anvil.stop();
    await rm(dataDir, { recursive: true });
  };
  return { rpcUrl: anvil.rpcUrl, stop };
}

/** The local chain from outside Farebox: mints, signs and sends as payers and strangers do. */
export class Outside {
  readonly client: AnvilClient;
  readonly #sender: Account = privateKeyToAccount(generatePrivateKey());

  constructor(rpcUrl: string) {
    this.client = anvilClient(rpcUrl);
  }

  /** A wallet with gas and this much of the token. */
  async payer(units: bigint): Promise<PrivateKeyAccount> {
    const account = privateKeyToAccount(generatePrivateKey());
    await this.giveGas(account.address);
    await this.mint(account.address, units);
    return account;
  }

  /** A contract wallet (ERC-1271) of this owner, with this much of the token. */
  async contractPayer(owner: Address, units: bigint): Promise<Address> {
    const { abi, bytecode } = walletContract as { abi: Abi; bytecode: Hex };
    await this.giveGas(this.#sender.address);
    const hash = await this.client
      .extend(walletActions)
      .deployContract({ abi, bytecode, args: [owner], account: this.#sender, chain: null });
    const { contractAddress } = await this.client.waitForTransactionReceipt({ hash, pollingInterval: 20 });
    if (!contractAddress) throw new Error("The wallet was not deployed");
    await this.mint(contractAddress, units);
    return contractAddress;
  }

  async become(contractWallet: Address, temper: (typeof TEMPERS)[number]): Promise<void> {
    const args = [TEMPERS.indexOf(temper)] as const;
    await this.send(contractWallet, encodeFunctionData({ abi: wallet, functionName: "become", args }));
  }

  async giveGas(address: Address): Promise<void> {
    await this.client.setBalance({ address, value: parseEther("10") });
  }

  async mint(to: Address, units: bigint): Promise<void> {
    await this.send(LOCAL_TOKEN, encodeFunctionData({ abi: token, functionName: "mint", args: [to, units] }));
  }

  /** Hands a transaction of a stranger's wallet, or the given one, to the chain, mined or not. */
  async post(to: Address, data: Hex, account: Account = this.#sender): Promise<Hex> {
    await this.giveGas(account.address);
    const client = this.client.extend(walletActions);
    // Offers more than our relayer, so that of two in one block it comes first.
    const fees = { maxFeePerGas: parseGwei("100"), maxPriorityFeePerGas: parseGwei("50") };
    return client.sendTransaction({ to, data, account, chain: null, gas: 3_000_000n, ...fees });
  }

  /** Posts a transaction and waits for its receipt, reverted or not. */
  async send(to: Address, data: Hex, account?: Account) {
    const hash = await this.post(to, data, account);
    return this.client.waitForTransactionReceipt({ hash, pollingInterval: 20 });
  }

  /** Signs as a chain's relayer without simulating, so that tests can send what would be refused. */
  async signAsRelayer({ submitter }: Chain, authorization: Authorization): Promise<SignedTransaction> {
    if (submitter.kind !== "relayers") throw new Error("The chain has no relayer");
    const [relayer] = submitter.relayers;
    await this.giveGas(relayer.address);
    const fees = { maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n };
    const [nonce] = await relayer.nextNonces();
    return relayer.sign([authorization], { gas: 200_000n, ...fees }, nonce);
  }

  /** Sends a signed transaction and waits until it is mined, reverted or not. */
  async land({ raw, hash }: SignedTransaction): Promise<Hex> {
    await this.client.sendRawTransaction({ serializedTransaction: raw });
    await this.client.waitForTransactionReceipt({ hash, pollingInterval: 20 });
    return hash;
  }

  async spend(account: Account, units: bigint): Promise<void> {
    const args = [mintAddress(), units] as const;
    await this.send(LOCAL_TOKEN, encodeFunctionData({ abi: token, functionName: "transfer", args }), account);
  }

  async cancel(account: PrivateKeyAccount, { nonce }: Authorization): Promise<void> {
    const message = { authorizer: account.address, nonce };
    const signature = await account.signTypedData({
      domain: DOMAIN,
      types: CANCEL,
      primaryType: "CancelAuthorization",
      message,
    });
    const args = [account.address, nonce, signature] as const;
    await this.send(
      LOCAL_TOKEN,
      encodeFunctionData({ abi: token, functionName: "cancelAuthorization", args }),
    );
  }
}

/** What a test may choose about an authorization; the rest is made up, valid for ten minutes. */
export type AuthorizationWish = Partial<Omit<Authorization, "signature" | "asset">> & { tail?: Hex };

/** Signs an authorization as a client does; `from` may be a contract wallet the signer owns, `tail` follows the signature. */
export async function authorize(
  signer: PrivateKeyAccount,
  { tail = "0x", ...wish }: AuthorizationWish = {},
): Promise<Authorization & { digest: Hex }> {
  const message = {
    from: signer.address,
    to: mintAddress(),
    value: 10_000n,
    validAfter: 0n,
    validBefore: BigInt(Math.floor(Date.now() / 1000) + 600),
    nonce: toHex(randomBytes(32)),
    ...wish,
  };
  const typed = {
    domain: DOMAIN,
    types: authorizationTypes,
    primaryType: "TransferWithAuthorization",
    message,
  } as const;
  const signature: Hex = `${await signer.signTypedData(typed)}${tail.slice(2)}`;
  return { ...message, asset: LOCAL_TOKEN, signature, digest: hashTypedData(typed) };
}

/** One JSON-RPC call as a node receives it. */
export interface RpcCall {
  id: number;
  method: string;
  params?: unknown[];
}

/** Serves HTTP that answers every POST with what `answer` makes of its body; undefined hangs up. */
export async function serve(
  answer: (
    body: string,
    path: string,
    headers: IncomingHttpHeaders,
  ) => Promise<{ status?: number; headers?: Record<string, string>; body: string } | undefined>,
): Promise<{ url: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const reply = await answer(Buffer.concat(chunks).toString(), request.url ?? "", request.headers);
    if (reply === undefined) return void response.destroy();
    response.writeHead(reply.status ?? 200, { "content-type": "application/json", ...reply.headers });
    response.end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** What a node that does not want to answer replies with, where a test's lie returns it. */
export const REFUSED = Symbol("refused");

/** Serves an RPC that passes everything on to a real one, except what `lie` changes of a result. */
export function lyingRpc(rpcUrl: string, lie: (call: RpcCall, result: unknown) => unknown) {
  return serve(async (body) => {
    const call = JSON.parse(body) as RpcCall;
    const response = await fetch(rpcUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const reply = (await response.json()) as { result?: unknown };
    const result = "result" in reply ? lie(call, reply.result) : undefined;
    const error = { code: -32005, message: "query exceeds limits" };
    if (result === REFUSED) return { body: JSON.stringify({ jsonrpc: "2.0", id: call.id, error }) };
    return { body: JSON.stringify("result" in reply ? { ...reply, result } : reply) };
  });
}
