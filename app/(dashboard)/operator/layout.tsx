import type { ReactNode } from "react";
import { requireOperator } from "./gate";

/** Decides before anything is streamed, so that others get the status of a page that does not exist. */
export default async function OperatorLayout({ children }: { children: ReactNode }) {
  await requireOperator();
  return children;
}
