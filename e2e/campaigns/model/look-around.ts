import { fault, type Model } from "./state";
import type { World } from "./world";

/** Looks at all rows after something happened: each must be what it was, or what it may have become. */
export async function lookAround(model: Model, world: World, what: string): Promise<void> {
  const rows = await world.rows();
  for (const [i, payment] of model.payments.entries()) {
    const row = rows[i] ?? null;
    const wrong = fault(payment.row, row);
    if (wrong !== null) throw new Error(`After ${what}, payment ${i}: ${wrong}`);
    payment.row = row;
    payment.underWay = world.underWay(i).length;
    const sent = row !== null && row.money !== "held" && row.money !== "void";
    if (payment.nonce === "unused" && sent && (await world.isUsed(i))) payment.nonce = "ours";
  }
}
