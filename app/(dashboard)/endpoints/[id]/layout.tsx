import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { requireSession } from "@/lib/auth/session";
import { readEndpoint } from "@/lib/endpoints/read";
import { parts } from "@/lib/server/parts";

/** Answers 404 for an endpoint the merchant does not have, before a skeleton is sent with a 200. */
export default async function EndpointLayout({
  params,
  children,
}: {
  params: Promise<{ id: string }>;
  children: ReactNode;
}) {
  const session = await requireSession();
  const { id } = await params;
  if (!(await readEndpoint(parts().database.db, session.merchantId, id))) notFound();
  return children;
}
