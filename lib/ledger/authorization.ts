import { getAddress, type Hex, isHex } from "viem";
import type { Authorization } from "@/lib/chain/chain";

/** Rebuilds the signed authorization of an exact payment from its row; throws when the row is malformed. */
export function authorizationOf(row: {
  asset: string;
  authorization: Record<string, string>;
}): Authorization {
  const { from = "", to = "", value = "", validAfter = "", validBefore = "" } = row.authorization;
  return {
    asset: getAddress(row.asset),
    from: getAddress(from),
    to: getAddress(to),
    value: BigInt(value),
    validAfter: BigInt(validAfter),
    validBefore: BigInt(validBefore),
    nonce: hexOf(row.authorization.nonce),
    signature: hexOf(row.authorization.signature),
  };
}

function hexOf(text: string | undefined): Hex {
  if (!isHex(text)) throw new Error("A stored authorization is malformed");
  return text;
}
