/** What is here already, or will come. To wait for what is here would cost a 402 made from memory more than its making. */
export type Soon<Value> = Value | Promise<Value>;

/** Goes on with a value: at once when it is here, or when it comes. */
export function onceHere<Value, Result>(
  value: Soon<Value>,
  next: (value: Value) => Soon<Result>,
): Soon<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Does some work; what it throws, at once or later, is answered by `failed`. */
export function attempt<Value>(work: () => Soon<Value>, failed: (error: unknown) => Value): Soon<Value> {
  try {
    const value = work();
    return value instanceof Promise ? value.catch(failed) : value;
  } catch (error) {
    return failed(error);
  }
}
