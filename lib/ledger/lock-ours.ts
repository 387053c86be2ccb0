/** A payment of a statement about claims, and the lease it is worked on under. */
export interface OfClaim {
  id: string;
  lease: string;
}

/**
 * The rows of a JSON array, of which every one has an id. That is said as an equation because the planner takes an equation
 * for rare: it would guess a hundred rows, rather read a whole table that is small than look up so many, and keep to that
 * while the table grows.
 */
export function givenRows(parameter: string, columns: string): string {
  return `select * from json_to_recordset(${parameter}::text::json) given (${columns}) where length(id::text) = 36`;
}

/** Writes the rows of a statement in the order of their ids, in which every statement locks payments. */
export function inOrder<Row extends { id: string }>(rows: readonly Row[]): string {
  return JSON.stringify([...rows].sort((a, b) => (a.id < b.id ? -1 : 1)));
}

/**
 * Locks payments one by one, and keeps those of which `guard` holds then. They are found by their id and by what no index
 * knows, `match`: told more, the planner may choose an index of few payments that is short when it plans. `rows` names what
 * was given, with the columns of a payment `p` beside it.
 */
export function lockEach(rows: string, guard: string, match = "true"): string {
  return `select ${rows}.* from ${rows} cross join lateral (
      select * from payments where payments.id = ${rows}.id and ${match} limit 1 for update
    ) p where ${guard}`;
}

/**
 * Locks those payments of many claims that are still theirs: whoever lost its lease must change nothing. Gives `ours`: the
 * rows that were given as `$1` with id, lease and `columns`.
 */
export function lockOurs(columns: string, guard: string): string {
  return `given as (${givenRows("$1", `id uuid, lease text${columns}`)}), ours as materialized (
    ${lockEach("given", guard, "lease_owner = given.lease")}
  )`;
}
