/** What depends on one object, or on two, found once and kept as long as they are: targets share what is compared. */

export function onceFor<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, Value>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) known.set(key, (value = make(key)));
    return value;
  };
}

export function onceForPair<Old extends object, New extends object, Value>(
  make: (old: Old, next: New) => Value,
): (old: Old, next: New) => Value {
  const withOld = onceFor((old: Old) => onceFor((next: New) => make(old, next)));
  return (old, next) => withOld(old)(next);
}
