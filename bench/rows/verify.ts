import { createRequire } from "node:module";
import { hexToBytes } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { type SignedPayment, signPayment } from "@/bench/payers";
import { sideBySide } from "@/bench/rounds";
import type { Row } from "@/bench/row";
import { median, ratios } from "@/bench/statistics";
import { mintAddress } from "@/lib/chain/fixture";
import { openFreeChain, openFreeSdkExact } from "@/lib/chain/free-chain.fixture";
import { openJudge, sdkAccepts } from "@/lib/gateway/exact-judge.fixture";
import { createTransferDigest } from "@/lib/x402/transfer-digest";

/** Of libsecp256k1, what the limit is made of. */
interface Recovery {
  ecdsaRecover(
    rs: Uint8Array,
    recoveryId: number,
    digest: Uint8Array,
    compressed: false,
    key: Uint8Array,
  ): void;
}

/** How many payments a core checks in a second, from the bytes of their header to a verdict, when the chain costs nothing. */
const verify: Row = async (_, { rounds, quick, step }) => {
  const chain = openFreeChain();
  const sdk = openFreeSdkExact();
  const { judge, requirements } = openJudge(chain, mintAddress());
  const terms = {
    x402Version: 2,
    resource: { url: "https://gateway.example/g/bench/now" },
    accepts: [requirements],
  };
  const library: Recovery = createRequire(import.meta.url)("secp256k1/bindings.js");
  const { token, chainId } = chain.network;
  const digestOf = createTransferDigest({ ...token, chainId });
  const payments = quick ? 100 : 1_000;
  // Every payment by a payer of its own: nothing that is kept of one helps with another.
  const sign = async (count: number) => {
    const signed: SignedPayment[] = [];
    for (let n = 0; n < count; n++) {
      signed.push(await signPayment(privateKeyToAccount(generatePrivateKey()), terms));
    }
    return signed;
  };
  const done = await sideBySide(
    rounds,
    {
      Farebox: async () =>
        perCoreSecond(await sign(payments), async ({ header }) => (await judge(header)) === null),
      "@x402/evm": async () =>
        perCoreSecond(await sign(payments / 5), ({ header }) => sdkAccepts(sdk, requirements, header)),
      libsecp256k1: async () => {
        const key = new Uint8Array(65);
        const known = (await sign(payments)).map(({ authorization }) => {
          const signature = hexToBytes(authorization.signature);
          const recovery = (signature[64] ?? 0) - 27;
          return { rs: signature.subarray(0, 64), recovery, digest: hexToBytes(digestOf(authorization)) };
        });
        return perCoreSecond(known, ({ rs, recovery, digest }) => {
          library.ecdsaRecover(rs, recovery, digest, false, key);
          return true;
        });
      },
    },
    step,
  );
  const words = (of: readonly number[]) => `${Math.round(median(of))}/s`;
  const common = {
    measure: "verify only, payments/s of one core",
    unit: "×" as const,
    ours: words(done.Farebox),
  };
  return {
    figures: [
      {
        ...common,
        against: "@x402/evm verify with a free RPC",
        reach: { least: 10 },
        rounds: ratios(done.Farebox, done["@x402/evm"]),
        theirs: words(done["@x402/evm"]),
      },
      {
        ...common,
        against: "libsecp256k1 recovery alone",
        reach: { least: 0.4 },
        rounds: ratios(done.Farebox, done.libsecp256k1),
        theirs: words(done.libsecp256k1),
      },
    ],
    notes: [
      "both read the bytes of the header, match the offer, check window, amount and signature, and ask a chain that answers at once; every payment is another payer's, and must be accepted.",
      "a second is one of processor time, the collection of garbage included.",
    ],
  };
};

export default verify;

/** Does a thing to each payment, one after the other, and gives how many that is for a second of processor time. */
async function perCoreSecond<Payment>(
  payments: readonly Payment[],
  check: (payment: Payment) => Promise<boolean> | boolean,
): Promise<number> {
  const before = process.cpuUsage();
  for (const payment of payments) {
    if (!(await check(payment))) throw new Error("A good payment was refused");
  }
  const { user, system } = process.cpuUsage(before);
  return (payments.length * 1_000_000) / (user + system);
}
