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
  const known = new WeakMap<Old, WeakMap<New, Value>>();
  return (old, next) => {
    let withOld = known.get(old);
    if (withOld === undefined) known.set(old, (withOld = new WeakMap<New, Value>()));
    let value = withOld.get(next);
    if (value === undefined) withOld.set(next, (value = make(old, next)));
    return value;
  };
}
