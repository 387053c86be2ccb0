"use server";

import { z } from "zod";
import { requireSession } from "@/lib/auth/session";
import { fillPath } from "@/lib/endpoints/call-path";
import { readEndpoint } from "@/lib/endpoints/read";
import { parts } from "@/lib/server/parts";
import { failedAfter, type TestEvent } from "@/lib/server/test-payer/events";
import { payForTest } from "@/lib/server/test-payer/pay";

const wantedSchema = z.object({
  endpointId: z.string(),
  /** Index of the rule to call by. */
  rule: z.int().min(0),
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]),
  /** What stands for the path's parameters, by name. */
  values: z.record(z.string(), z.string().max(500)),
  /** Without its `?`. */
  query: z.string().max(2_000),
  body: z.string().max(64 * 1_024),
});

/** The call a person wants to pay for with the test wallet. */
export type WantedCall = z.infer<typeof wantedSchema>;

async function* told(event: TestEvent): AsyncGenerator<TestEvent> {
  yield event;
}

/** Pays for one call of the merchant's own endpoint with the test wallet; each hop arrives when it happens. */
export async function sendTestPayment(wanted: WantedCall): Promise<AsyncGenerator<TestEvent>> {
  const { merchantId } = await requireSession();
  const { endpointId, rule: at, method, values, query, body } = wantedSchema.parse(wanted);
  const endpoint = await readEndpoint(parts().database.db, merchantId, endpointId);
  const rule = endpoint?.rules[at];
  if (!endpoint || !rule) {
    return told(
      failedAfter(null, ["This endpoint was changed meanwhile.", "Reload the page and send it again."]),
    );
  }
  const path = fillPath(rule.path, values);
  if (path === null) {
    return told(
      failedAfter(null, ["The path is not complete.", "Fill in every part of it and send it again."]),
    );
  }
  const search = query === "" ? "" : `?${query.replace(/^\?/, "")}`;
  return payForTest(parts(), merchantId, {
    url: `${parts().env.FAREBOX_GATEWAY_ORIGIN}/g/${endpoint.slug}${path}${search}`,
    method: rule.method === "*" ? method : rule.method,
    body: method === "GET" || body === "" ? null : body,
  });
}
