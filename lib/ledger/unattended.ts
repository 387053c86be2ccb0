import { lt, or, sql } from "drizzle-orm";
import { payments } from "@/lib/db/schema";

/** Nobody works on the payment: its lease ended or was given back. */
export const unattended = or(sql`${payments.leaseUntil} is null`, lt(payments.leaseUntil, sql`now()`));
