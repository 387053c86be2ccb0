/** Whether an error, or what caused it, has a code like this: PostgreSQL's SQLSTATE, or one of the driver or the system. */
export function hasCode(error: unknown, pattern: RegExp): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string" && pattern.test(cause.code)) return true;
  }
  return false;
}
