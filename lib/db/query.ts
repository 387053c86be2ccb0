/** What drizzle takes for a query of the driver: awaited as it stands it gives rows as objects, and by `values` as arrays. */
export interface Query<Rows> extends Promise<Rows> {
  values(): Promise<Rows>;
}

/** Makes a query of a work that is begun only when whoever asked has also said in which form it wants the rows. */
export function asQuery<Rows>(run: (asArrays: boolean) => Promise<Rows>): Query<Rows> {
  let asArrays = false;
  const outcome = Promise.resolve().then(() => run(asArrays));
  const values = () => {
    asArrays = true;
    return outcome;
  };
  return Object.assign(outcome, { values });
}
