import { notFound } from "next/navigation";
import { cache } from "react";
import { requireSession } from "@/lib/auth/session";
import type { Session } from "@/lib/auth/sessions";
import { isOperator } from "@/lib/merchants/operator";
import { parts } from "@/lib/server/parts";

/** Whether the person of this request runs this Farebox. */
export const isOperatorHere = cache(async (): Promise<boolean> => {
  const { userId } = await requireSession();
  return isOperator(parts().database.db, userId);
});

/** The session of an operator; for everybody else there is no such page. */
export async function requireOperator(): Promise<Session> {
  if (!(await isOperatorHere())) notFound();
  return requireSession();
}
