import {
  declarePaymentIdentifierExtension,
  isValidPaymentId,
  PAYMENT_IDENTIFIER,
} from "@x402/extensions/payment-identifier";
import { z } from "zod";

/** What a 402 says of it: a client may name its payment, and then only who knows the name is given its answer again. */
export const OFFERED_EXTENSIONS = { [PAYMENT_IDENTIFIER]: declarePaymentIdentifierExtension() };

/**
 * The extensions of a payment as its client echoes them, with an id of 16 to 128 letters, digits, `-` or `_` put in. The
 * schema beside it is a stranger's and is never compiled, which is what the SDK's own check would do (schema bomb).
 */
export const echoedExtensions = z
  .object({
    [PAYMENT_IDENTIFIER]: z
      .object({ info: z.object({ id: z.string().refine(isValidPaymentId).optional() }) })
      .optional(),
  })
  .nullish()
  .transform((extensions) => extensions?.[PAYMENT_IDENTIFIER]?.info.id ?? null);
