import { toHex } from "viem";
import type { Authorization, Chain } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { gather } from "@/lib/gather";
import { chooseRelayer } from "./choose-relayer";
import { type Chargeable, signAndStore, type Transferable } from "./sign-and-store";
import { type ExpectedNonces, storeAsExpected } from "./store-as-expected";
import { type Submission, submit } from "./submit";

type Db = Database["db"];

/** Payments of one transaction at most; more of them hardly make one cheaper, and nodes limit its bytes. */
const AT_MOST = 100;
/** A group that is still not sent after this holds up the next no more. */
const OVERTAKE_MS = 1_000;

/** What came of sending a payment among others: it has to go by itself, or with the next ones, or it is settled what becomes of it. */
type GroupSubmission = Submission | { kind: "alone" } | { kind: "next" };

/** Sends payments as one transaction; those that would not move their money within it are left to be judged by themselves. */
async function submitGroup(
  db: Db,
  chain: Chain,
  nonces: ExpectedNonces,
  group: readonly Transferable[],
): Promise<readonly GroupSubmission[]> {
  const { submitter, network } = chain;
  if (submitter.kind !== "relayers") return group.map(() => ({ kind: "alone" }));
  const relayer = await chooseRelayer(db, network.id, submitter.relayers);
  const { moves, ...quote } = await relayer.quoteGroup(group.map(({ authorization }) => authorization));
  const going = group.filter((_, index) => moves[index]);
  const stored =
    (await storeAsExpected(db, relayer, going, quote, nonces)) ??
    (await signAndStore(db, relayer, going, quote));
  if (stored !== null) {
    nonces.set(relayer.address, stored.accountNonce + 1);
    await relayer.broadcast(stored.signed.raw);
  }
  return group.map(({ payment }, index): GroupSubmission => {
    if (index >= moves.length) return { kind: "next" };
    if (!moves[index]) return { kind: "alone" };
    if (!stored?.paymentIds.has(payment.id)) return { kind: "lost" };
    return { kind: "sent", txHash: stored.signed.hash };
  });
}

/**
 * Sends a held payment to the network. Throws ChainUnavailable when nothing was stored and sent; after any other error that
 * is not known.
 */
export type Submit = (
  chain: Chain,
  payment: Chargeable & { digest: Uint8Array },
  authorization: Authorization,
) => Promise<Submission>;

/**
 * Makes what sends payments: one that comes alone goes at once and by itself, and those that come while others are being
 * sent gather and go as one transaction. A contract wallet's goes by itself always, as it may take any amount of gas.
 */
export function openSubmit(db: Db): Submit {
  const groups = new Map<string, (transferable: Transferable) => Promise<GroupSubmission>>();

  function groupOf(chain: Chain) {
    const { id } = chain.network;
    const nonces: ExpectedNonces = new Map();
    const open =
      groups.get(id) ??
      gather((group: readonly Transferable[]) => submitGroup(db, chain, nonces, group), {
        atMost: AT_MOST,
        overtakeMs: OVERTAKE_MS,
      });
    groups.set(id, open);
    return open;
  }

  return async (chain, payment, authorization) => {
    const { from, signature } = authorization;
    const byKey = () => chain.isSignedByKey(from, toHex(payment.digest), signature);
    if (chain.submitter.kind === "relayers" && (await byKey())) {
      const join = groupOf(chain);
      for (;;) {
        const submission = await join({ payment, authorization });
        if (submission.kind === "alone") break;
        if (submission.kind !== "next") return submission;
      }
    }
    return submit(db, chain, payment, authorization);
  };
}
