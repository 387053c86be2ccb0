import { afterAll, expect, it } from "vitest";
import { openDatabase } from "@/lib/db/client";
import { newId } from "@/lib/ids";
import { endpointNames } from "@/lib/revenue/endpoint-names";
import { mintEndpoint, mintMerchant, mintPayments, TEST_NETWORK } from "@/lib/revenue/fixture";
import { listPayments } from "@/lib/revenue/list";
import { countOwed, hasPayments } from "@/lib/revenue/owed";
import { readPayment } from "@/lib/revenue/payment";
import { totalsByAsset } from "@/lib/revenue/totals";

const database = openDatabase(process.env.DATABASE_URL ?? "", 4);
const { db } = database;
afterAll(() => database.close());

it("a merchant's payments are to a stranger what unknown ones are, by whatever id they ask (I4)", async () => {
  const [mine, stranger] = [await mintMerchant(database), await mintMerchant(database)];
  const endpoint = await mintEndpoint(database, mine, "Weather");
  const at = new Date();
  const seeds = (["ready", "failed"] as const).map((delivery) => ({
    endpointId: endpoint.id,
    at,
    units: 10_000n,
    delivery,
  }));
  const [paymentId = ""] = await mintPayments(database, mine, seeds);
  const scope = {
    networks: [TEST_NETWORK],
    from: new Date(0),
    until: new Date(at.getTime() + 1_000),
    endpointId: endpoint.id,
  };
  const seenBy = async (merchantId: typeof mine) => ({
    payment: (await readPayment(db, merchantId, paymentId))?.payment.id ?? null,
    listed: (await listPayments(db, { ...scope, merchantId }, { limit: 10 })).rows.length,
    found: (await listPayments(db, { ...scope, merchantId, paymentId }, { limit: 10 })).rows.length,
    totals: (await totalsByAsset(db, { ...scope, merchantId })).length,
    owed: await countOwed(db, merchantId, [TEST_NETWORK]),
    any: await hasPayments(db, merchantId, [TEST_NETWORK]),
    endpoints: (await endpointNames(db, merchantId)).length,
  });
  expect(await seenBy(mine)).toEqual({
    payment: paymentId,
    listed: 2,
    found: 1,
    totals: 1,
    owed: 1,
    any: true,
    endpoints: 1,
  });
  const nothing = { payment: null, listed: 0, found: 0, totals: 0, owed: 0, any: false, endpoints: 0 };
  expect(await seenBy(stranger)).toEqual(nothing);
  expect(await readPayment(db, mine, newId())).toBeNull();
});
