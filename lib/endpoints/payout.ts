import { type Address, getAddress, isAddress, zeroAddress } from "viem";
import { type Chain, ChainUnavailable } from "@/lib/chain/chain";
import { bad, type Checked, good } from "./checked";

/** Contracts at the same address everywhere; money sent to one is lost or anybody's. */
const WELL_KNOWN: Record<Address, string> = {
  "0x000000000022D473030F116dDEE9F6B43aC78BA3": "the Permit2 contract",
  "0xcA11bde05977b3631167028862bE2a173976CA11": "the Multicall3 contract",
  "0x000000000000000000000000000000000000dEaD": "the burn address, which nobody can spend from",
};

/** What an address is that nobody can be paid at, or null when it may be a wallet. */
function notAWallet(address: Address, chains: ReadonlyMap<string, Chain>): string | null {
  if (address === zeroAddress) return "the zero address, which nobody can spend from";
  const known = WELL_KNOWN[address];
  if (known) return known;
  for (const { network, submitter } of chains.values()) {
    if (getAddress(network.token.address) === address) return `the ${network.token.symbol} token itself`;
    const relayers = submitter.kind === "relayers" ? submitter.relayers : [];
    if (relayers.some((relayer) => getAddress(relayer.address) === address)) return "Farebox's own relayer";
  }
  return null;
}

/** Checks a payout address and returns it with its EIP-55 checksum; all lower case has none and is given one. */
export function checkPayTo(text: string, chains: ReadonlyMap<string, Chain>): Checked<Address> {
  const typed = text.trim();
  if (typed === "") return bad("Enter the address that receives the money.");
  if (/^(0x)?[0-9a-f]{64}$/i.test(typed)) {
    return bad("This has the length of a private key, not of an address. Never share a private key.");
  }
  if (/\.[a-z]+$/i.test(typed))
    return bad("Names such as name.eth can change hands: enter the address itself.");
  if (!isAddress(typed, { strict: false })) return bad("An address is 0x and 40 hexadecimal digits.");
  if (!isAddress(typed)) {
    return bad(
      "The checksum of this address is wrong: a character was changed. Copy it again from your wallet.",
    );
  }
  const address = getAddress(typed);
  const what = notAWallet(address, chains);
  return what === null ? good(address) : bad(`This is ${what}. Enter the address of a wallet of yours.`);
}

/** Makes the question whether a token's issuer has blocked an address; no while the chain is silent, for calls are refused then too. */
export function createBlockCheck(chains: ReadonlyMap<string, Chain>) {
  return async (network: string, payTo: string): Promise<boolean> => {
    try {
      return (await chains.get(network)?.isBlocked(getAddress(payTo))) ?? false;
    } catch (error) {
      if (error instanceof ChainUnavailable) return false;
      throw error;
    }
  };
}
