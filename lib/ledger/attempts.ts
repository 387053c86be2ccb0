/** How often the upstream may be asked for one payment. */
const MAX_ATTEMPTS = 5;

/**
 * What a new claim adds to the attempts of a payment `p`: nothing when the answer is there, or the last one ended before
 * anyone was asked, as one surely did that was to be charged first and was not.
 */
export const ONE_MORE = `case when p.delivery = 'ready' or (p.charge = 'before' and p.money = 'held')
  or (p.reason <> 'interrupted' and p.reason not like 'upstream%') then 0 else 1 end`;

/** Whether a payment `p` may be tried no more. */
export const IS_EXHAUSTED = `(p.attempt + ${ONE_MORE} > ${MAX_ATTEMPTS})`;
