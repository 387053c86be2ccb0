"use server";

import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { requireSession } from "@/lib/auth/session";
import { setEndpointState } from "@/lib/endpoints/state";
import { parts } from "@/lib/server/parts";

/** Pauses or resumes an endpoint; false when it is gone. */
export async function setState(endpointId: string, state: "live" | "paused"): Promise<boolean> {
  const { merchantId } = await requireSession();
  if (state !== "live" && state !== "paused") return false;
  const changed = await setEndpointState(parts().database.db, merchantId, String(endpointId), state);
  revalidatePath("/endpoints");
  return changed;
}

/** Deletes an endpoint for good and leads to the list; its payments stay. */
export async function remove(endpointId: string): Promise<void> {
  const { merchantId } = await requireSession();
  await setEndpointState(parts().database.db, merchantId, String(endpointId), "deleted");
  revalidatePath("/endpoints");
  redirect("/endpoints");
}
