/**
 * Which macros that are read late have to be read to compare a few numbers.
 *
 * Where a commit changes the flags of one header, what other headers say under the same first word (each architecture's `KVM_REG_…`)
 * is as it was. What has to be worked out there is left unread, unless it is asked for by name.
 */

export interface NumberScope {
  /** What is read wherever it stands. */
  readonly names: ReadonlySet<string>;
  /** What of other names is read: nothing, in some headers what is a number by its text alone, or everything in these. */
  readonly others: 'left-out' | 'plain' | 'all';
  /** Macros of other headers are left unread: only their names are known. */
  readonly headers: ReadonlySet<string>;
}

const none: ReadonlySet<string> = new Set();
/** One object for all that ask for the same: what was found for it is found again. */
const scopes = new WeakMap<ReadonlySet<string>, Map<string, NumberScope>>();

/** All that have the same object for `names` get one scope. */
export function scopeOf(
  names: ReadonlySet<string>,
  others: NumberScope['others'] = 'left-out',
  headers: ReadonlySet<string> = none,
): NumberScope {
  let known = scopes.get(names);
  if (known === undefined) scopes.set(names, (known = new Map<string, NumberScope>()));
  const key = [others, ...[...headers].sort()].join(' ');
  let scope = known.get(key);
  if (scope === undefined) known.set(key, (scope = { names, others, headers }));
  return scope;
}
