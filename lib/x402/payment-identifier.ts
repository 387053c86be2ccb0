import {
  declarePaymentIdentifierExtension,
  isValidPaymentId,
  PAYMENT_IDENTIFIER,
} from "@x402/extensions/payment-identifier";
import { isObject } from "./strict-json";

/** What a 402 says of it: a client may name its payment, and then only who knows the name is given its answer again. */
export const OFFERED_EXTENSIONS = { [PAYMENT_IDENTIFIER]: declarePaymentIdentifierExtension() };

/**
 * The id of 16 to 128 letters, digits, `-` or `_` that a client put into the extensions it echoes, null where it put none,
 * or undefined where what it put is no id. The schema beside it is a stranger's and is never compiled, which is what the
 * SDK's own check would do (schema bomb).
 */
export function readIdentifier(extensions: unknown): string | null | undefined {
  if (extensions === undefined || extensions === null) return null;
  if (!isObject(extensions)) return undefined;
  const echoed = extensions[PAYMENT_IDENTIFIER];
  if (echoed === undefined) return null;
  if (!isObject(echoed) || !isObject(echoed.info)) return undefined;
  const { id } = echoed.info;
  if (id === undefined) return null;
  return typeof id === "string" && isValidPaymentId(id) ? id : undefined;
}
