import type { Page } from "@playwright/test";
import {
  type Address,
  createTestClient,
  type Hex,
  http,
  numberToHex,
  parseAbi,
  parseUnits,
  publicActions,
  walletActions,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { announceProvider } from "./announce-provider";
import type { InstanceFacts } from "./instance";

/** A browser wallet that a page finds like any other (EIP-6963), backed by a new key that never leaves the test. */
export interface Wallet {
  address: Address;
  /** Makes the wallet known to a page; call it before the page is opened. */
  installIn(page: Page): Promise<void>;
  /** Mints test tokens to it, an amount in decimal such as `5`. */
  fund(amount: string): Promise<void>;
  /** Answers the next request for a connection, a signature or another network like a person who says no. */
  rejectNext(): void;
  /** Puts the wallet on another network, such as 1, as if the person had chosen it there. */
  useChain(chainId: number): void;
}

interface Request {
  method: string;
  params?: unknown[];
}

/** EIP-1193's answer when the person says no. */
const REJECTED = { code: 4001, message: "User rejected the request." };

const ASKS_THE_PERSON = new Set([
  "eth_requestAccounts",
  "wallet_requestPermissions",
  "personal_sign",
  "eth_signTypedData_v4",
  "wallet_switchEthereumChain",
]);

const mintAbi = parseAbi(["function mint(address to, uint256 value) returns (bool)"]);

/** Makes a wallet with a new key and no money, on the instance's chain. */
export function createWallet(facts: InstanceFacts): Wallet {
  const account = privateKeyToAccount(generatePrivateKey());
  const chain = createTestClient({ mode: "anvil", transport: http(facts.rpcUrl) })
    .extend(publicActions)
    .extend(walletActions);
  let chainId = facts.chainId;
  let rejecting = false;
  let connected = false;

  async function answer({ method, params = [] }: Request): Promise<unknown> {
    switch (method) {
      case "eth_requestAccounts":
        connected = true;
        return [account.address];
      case "eth_accounts":
        // A page that was never let in sees no accounts.
        return connected ? [account.address] : [];
      case "wallet_requestPermissions":
        connected = true;
        return [{ parentCapability: "eth_accounts" }];
      case "wallet_getPermissions":
        return connected ? [{ parentCapability: "eth_accounts" }] : [];
      case "wallet_revokePermissions":
        connected = false;
        return null;
      case "eth_chainId":
        return numberToHex(chainId);
      case "wallet_switchEthereumChain":
      case "wallet_addEthereumChain":
        chainId = Number((params[0] as { chainId: Hex }).chainId);
        return null;
      case "personal_sign":
        return account.signMessage({ message: { raw: params[0] as Hex } });
      case "eth_signTypedData_v4":
        return account.signTypedData(JSON.parse(params[1] as string));
      default:
        // Everything else is a question to the chain, which the wallet passes on.
        return chain.request({ method, params } as never);
    }
  }

  return {
    address: account.address,
    async installIn(page) {
      await page.exposeFunction("fareboxTestWallet", async (request: Request) => {
        if (rejecting && ASKS_THE_PERSON.has(request.method)) {
          rejecting = false;
          return { error: REJECTED };
        }
        return { result: await answer(request), chainId: numberToHex(chainId) };
      });
      await page.addInitScript(announceProvider);
    },
    async fund(amount) {
      const payer = privateKeyToAccount(facts.payerKey);
      const args = [account.address, parseUnits(amount, 6)] as const;
      const call = { address: facts.token, abi: mintAbi, functionName: "mint", args } as const;
      const hash = await chain.writeContract({ ...call, account: payer, chain: null });
      await chain.waitForTransactionReceipt({ hash });
    },
    rejectNext() {
      rejecting = true;
    },
    useChain(id) {
      chainId = id;
    },
  };
}
