/** Values by something they have in common, in their order (`Map.groupBy`, which Node 20 lacks). No key: not in any group. */
export function groupBy<Key, Value>(
  values: Iterable<Value>,
  keyOf: (value: Value) => Key | undefined,
): ReadonlyMap<Key, readonly Value[]> {
  const byKey = new Map<Key, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    if (key === undefined) continue;
    const group = byKey.get(key);
    if (group === undefined) byKey.set(key, [value]);
    else group.push(value);
  }
  return byKey;
}
