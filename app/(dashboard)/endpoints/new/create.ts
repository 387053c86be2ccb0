"use server";

import { redirect } from "next/navigation";
import { toInput } from "@/app/(dashboard)/endpoints/form/values";
import { parseContext } from "@/app/(dashboard)/endpoints/parse-context";
import { requireSession } from "@/lib/auth/session";
import type { FieldErrors } from "@/lib/endpoints/checked";
import { createEndpoint } from "@/lib/endpoints/create";
import type { EndpointInput } from "@/lib/endpoints/input";
import { parseEndpoint } from "@/lib/endpoints/parse";
import { parts } from "@/lib/server/parts";
import { initialValues } from "./initial";

/** Creates an endpoint and leads to its page, or says what is wrong by field. */
export async function create(input: EndpointInput): Promise<FieldErrors> {
  const { merchantId, userId } = await requireSession();
  const parsed = await parseEndpoint(input, parseContext(merchantId));
  if (!parsed.ok) return parsed.errors;
  const { database, sealer } = parts();
  const created = await createEndpoint(database.db, sealer, merchantId, userId, parsed.value);
  if (!created.ok) return created.errors;
  redirect(`/endpoints/${created.id}`);
}

/** Creates an endpoint that sells the demo upstream's clock and leads to its page; to the form when that cannot be. */
export async function createDemo(): Promise<void> {
  const { demo } = await initialValues(await requireSession());
  if (demo) await create(toInput(demo));
  redirect("/endpoints/new");
}
