import { and, eq, isNull } from "drizzle-orm";
import { payments, settlements } from "./schema";

/** Joins a payment with the settlement that stands; one that a reorg dropped does not. */
export const itsSettlement = and(eq(settlements.paymentId, payments.id), isNull(settlements.orphanedAt));
